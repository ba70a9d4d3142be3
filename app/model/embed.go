package model

import (
	"context"
	"math"
	"unicode/utf8"

	"github.com/sashabaranov/go-openai"
)

const (
	batchTexts  = 64
	batchPoints = 100_000
	// EmbedPoints is how much of a text is sent for its vector, in code points.
	// What models of 2,048 tokens read is about as much.
	EmbedPoints = 6_000
)

// Embed returns a unit vector for each text, in their order and all of one
// length. Texts must not be blank. When the server fails, the vectors that were
// made before are returned beside the error, a *Failure; the others are nil.
func (c *Client) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	ctx, cancel := c.within(ctx)
	defer cancel()
	vectors := make([][]float32, len(texts))
	short := make([]string, len(texts))
	for i, text := range texts {
		short[i] = cut(text, EmbedPoints)
	}
	dimensions := 0
	for start := 0; start < len(short); {
		end, points := start, 0
		for end < len(short) && end-start < batchTexts {
			points += utf8.RuneCountInString(short[end])
			if end > start && points > batchPoints {
				break
			}
			end++
		}
		batch, err := c.embed(ctx, short[start:end])
		if err != nil {
			return vectors, err
		}
		for _, v := range batch {
			if dimensions == 0 {
				dimensions = len(v)
			}
			if len(v) != dimensions {
				return vectors, errUnreadable
			}
		}
		copy(vectors[start:], batch)
		start = end
	}
	return vectors, nil
}

// embed asks for the vectors of one batch.
func (c *Client) embed(ctx context.Context, texts []string) ([][]float32, error) {
	ctx = context.WithValue(ctx, sizeKey{}, int64(embedBytes))
	resp, err := c.api.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{Input: texts, Model: openai.EmbeddingModel(c.cfg.Embed), EncodingFormat: openai.EmbeddingEncodingFormatFloat})
	if err != nil {
		return nil, failure(ctx, err)
	}
	if len(resp.Data) != len(texts) {
		return nil, errUnreadable
	}
	vectors := make([][]float32, len(texts))
	for _, d := range resp.Data {
		if d.Index < 0 || d.Index >= len(texts) || vectors[d.Index] != nil {
			return nil, errUnreadable
		}
		if vectors[d.Index] = unit(d.Embedding); vectors[d.Index] == nil {
			return nil, errUnreadable
		}
	}
	return vectors, nil
}

// unit scales a vector to length one; nil for one that has no direction.
func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if length := math.Sqrt(sum); length > 0 && !math.IsInf(length, 0) && !math.IsNaN(length) {
		out := make([]float32, len(v))
		for i, x := range v {
			out[i] = float32(float64(x) / length)
		}
		return out
	}
	return nil
}

// cut shortens a text to so many code points.
func cut(s string, points int) string {
	for i := range s {
		if points == 0 {
			return s[:i]
		}
		points--
	}
	return s
}

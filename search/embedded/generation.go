package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"heard/search"
)

// generation is the indexes of all tiers as one Rebuild, or the first Open, made them.
type generation struct {
	path  string // "" in memory
	name  string // of path within its folder
	tiers map[search.Tier]bleve.Index
}

// newGeneration makes empty indexes below the folder dir, or in memory.
func newGeneration(dir, name string) (*generation, error) {
	if dir != "" {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, err
		}
	}
	g, err := eachTier(dir, name, func(path string) (bleve.Index, error) {
		return bleve.NewUsing(path, newMapping(), scorch.Name, bleve.Config.DefaultMemKVStore, lockTimeout())
	})
	if err != nil && dir != "" {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, name)))
	}
	return g, err
}

func openGeneration(dir, name string) (*generation, error) {
	return eachTier(dir, name, func(path string) (bleve.Index, error) {
		index, err := bleve.OpenUsing(path, lockTimeout())
		if err != nil {
			return nil, explain(filepath.Join(dir, name), err)
		}
		return index, nil
	})
}

func eachTier(dir, name string, open func(path string) (bleve.Index, error)) (*generation, error) {
	g := &generation{name: name, tiers: map[search.Tier]bleve.Index{}}
	if dir != "" {
		g.path = filepath.Join(dir, name)
	}
	for _, tier := range search.Tiers {
		path := ""
		if g.path != "" {
			path = filepath.Join(g.path, string(tier))
		}
		index, err := open(path)
		if err != nil {
			return nil, errors.Join(err, g.close())
		}
		g.tiers[tier] = index
	}
	return g, nil
}

// lockTimeout makes a second process fail instead of waiting for the first to end.
func lockTimeout() map[string]any { return map[string]any{"bolt_timeout": "1s"} }

func explain(path string, err error) error {
	if strings.Contains(err.Error(), "timeout") {
		return fmt.Errorf("%w: %s is in use by another process; stop it, or use Meilisearch to share an index", search.ErrUnavailable, path)
	}
	return fmt.Errorf("%w: %s cannot be read (%w); remove it and start again, the index is filled from the database", search.ErrUnavailable, path, err)
}

func (g *generation) close() error {
	var errs []error
	for _, index := range g.tiers {
		errs = append(errs, index.Close())
	}
	return errors.Join(errs...)
}

// discard closes a generation that is no longer, or not yet, in service and removes its files.
func (g *generation) discard() error {
	err := g.close()
	if g.path != "" {
		err = errors.Join(err, os.RemoveAll(g.path))
	}
	return err
}

// replace makes docs all that is held of their submissions.
func (g *generation) replace(ctx context.Context, docs []search.Document) error {
	others, err := g.others(ctx, docs)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(docs, batchSize) {
		if err := errors.Join(ctx.Err(), g.put(some, others)); err != nil {
			return err
		}
		others = nil
	}
	return nil
}

// others returns the IDs, by tier, of what is held of the submissions of docs and is not among docs.
func (g *generation) others(ctx context.Context, docs []search.Document) (map[search.Tier][]string, error) {
	kept := map[search.Tier]map[string]bool{}
	for _, d := range docs {
		if kept[d.Tier] == nil {
			kept[d.Tier] = map[string]bool{}
		}
		kept[d.Tier][d.ID] = true
	}
	others := map[search.Tier][]string{}
	for some := range slices.Chunk(search.Submissions(docs), batchSize) {
		for tier, index := range g.tiers {
			held, err := heldOf(ctx, index, some)
			if err != nil {
				return nil, err
			}
			for _, id := range held {
				if !kept[tier][id] {
					others[tier] = append(others[tier], id)
				}
			}
		}
	}
	return others, nil
}

// heldOf returns the IDs of the documents that an index holds of submissions.
func heldOf(ctx context.Context, index bleve.Index, submissions []string) ([]string, error) {
	n, err := index.DocCount()
	if err != nil || n == 0 {
		return nil, err
	}
	req := bleve.NewSearchRequestOptions(oneOf(fieldSubmission, submissions), int(n), 0, false)
	req.Score = "none"
	res, err := index.SearchInContext(ctx, req)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(res.Hits))
	for i, hit := range res.Hits {
		ids[i] = hit.ID
	}
	return ids, nil
}

// put writes docs and, in the same batches, removes what is named by tier.
func (g *generation) put(docs []search.Document, remove map[search.Tier][]string) error {
	batches := map[search.Tier]*bleve.Batch{}
	for tier, ids := range remove {
		batches[tier] = g.tiers[tier].NewBatch()
		for _, id := range ids {
			batches[tier].Delete(id)
		}
	}
	for _, d := range docs {
		doc, err := newDocument(d)
		if err != nil {
			return err
		}
		if batches[d.Tier] == nil {
			batches[d.Tier] = g.tiers[d.Tier].NewBatch()
		}
		if err := batches[d.Tier].IndexAdvanced(doc); err != nil {
			return err
		}
	}
	return g.each(func(tier search.Tier, index bleve.Index) error {
		if batches[tier] == nil {
			return nil
		}
		return index.Batch(batches[tier])
	})
}

func (g *generation) remove(ctx context.Context, submissions []string) error {
	return g.each(func(_ search.Tier, index bleve.Index) error { return remove(ctx, index, submissions) })
}

// each writes to all tiers at the same time, since writing is mostly waiting for the disk.
func (g *generation) each(write func(search.Tier, bleve.Index) error) error {
	var writes sync.WaitGroup
	errs := make([]error, len(search.Tiers))
	for i, tier := range search.Tiers {
		writes.Go(func() { errs[i] = write(tier, g.tiers[tier]) })
	}
	writes.Wait()
	return errors.Join(errs...)
}

func remove(ctx context.Context, index bleve.Index, submissions []string) error {
	ids, err := heldOf(ctx, index, submissions)
	if err != nil || len(ids) == 0 {
		return err
	}
	batch := index.NewBatch()
	for _, id := range ids {
		batch.Delete(id)
	}
	return index.Batch(batch)
}

// count returns the number of documents of all tiers together.
func (g *generation) count() (int, error) {
	total := 0
	for _, index := range g.tiers {
		n, err := index.DocCount()
		if err != nil {
			return 0, err
		}
		total += int(n)
	}
	return total, nil
}

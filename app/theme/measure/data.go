package measure

import (
	"strconv"

	"heard/app/measured"
	"heard/app/theme"
)

// The coded text, as CSV files with a header row in folders of Config.Data.
// Only the columns named here are read.
const (
	stackOverflow  = "short_text_clustering/stackoverflow.csv"     // label, text
	searchSnippets = "short_text_clustering/searchsnippets.csv"    // label, text
	banking77      = "banking77/queries.csv"                       // label, text
	argArguments   = "argkp2021/arguments.csv"                     // arg_id, split, topic, stance, text
	argKeyPoints   = "argkp2021/key_points.csv"                    // key_point_id, split, topic, stance, text
	argLabels      = "argkp2021/labels.csv"                        // arg_id, key_point_id, split, label
	nhsResponses   = "nhs_fft_themes/responses.csv"                // trust, usable, themes, text
	regsComments   = "regs_gov_near_duplicates/comments.csv"       // id, text
	regsPairs      = "regs_gov_near_duplicates/pairs_labelled.csv" // id_a, id_b, same_campaign
)

// read gives the named columns of a file, one slice per row.
func (c Config) read(path string, columns ...string) ([][]string, error) {
	return measured.Read(c.Data, path, columns...)
}

// A labelled text has one theme given by people. Themes are numbered in the
// order they are first met.
type labelled struct {
	text  string
	label int
}

// labelled reads a file of texts with one theme each.
func (c Config) labelled(path string) ([]labelled, error) {
	rows, err := c.read(path, "label", "text")
	if err != nil {
		return nil, err
	}
	return numbered(rows), nil
}

// numbered turns rows of label and text into labelled texts.
func numbered(rows [][]string) []labelled {
	number := map[string]int{}
	out := make([]labelled, len(rows))
	for i, r := range rows {
		n, ok := number[r[0]]
		if !ok {
			n = len(number)
			number[r[0]] = n
		}
		out[i] = labelled{r[1], n}
	}
	return out
}

// documents are the texts as somebody's answers, with their places as IDs.
func documents(texts []labelled) []theme.Document {
	docs := make([]theme.Document, len(texts))
	for i, x := range texts {
		docs[i] = theme.Document{ID: strconv.Itoa(i), Text: x.text, Quotable: true}
	}
	return docs
}

func labels(texts []labelled) []int {
	out := make([]int, len(texts))
	for i, x := range texts {
		out[i] = x.label
	}
	return out
}

// distinct counts the themes among texts.
func distinct(texts []labelled) int {
	seen := map[int]bool{}
	for _, x := range texts {
		seen[x.label] = true
	}
	return len(seen)
}

// A side is the arguments for or against one topic of ArgKP, and the key
// points that they may be matched with. IDs are told apart by split, because
// the splits number theirs alike.
type side struct {
	split     string
	arguments []theme.Document
	keyPoints []theme.Code
}

// sides reads the sides of ArgKP in the order of the file, and which argument
// matches which key point: a pair of IDs is true when people said so.
func (c Config) sides() ([]side, map[[2]string]bool, error) {
	arguments, err := c.read(argArguments, "split", "topic", "stance", "arg_id", "text")
	if err != nil {
		return nil, nil, err
	}
	keyPoints, err := c.read(argKeyPoints, "split", "topic", "stance", "key_point_id", "text")
	if err != nil {
		return nil, nil, err
	}
	pairs, err := c.read(argLabels, "split", "arg_id", "key_point_id", "label")
	if err != nil {
		return nil, nil, err
	}
	number := map[[3]string]int{}
	var out []side
	of := func(r []string) *side {
		key := [3]string(r[:3])
		n, ok := number[key]
		if !ok {
			n = len(out)
			number[key] = n
			out = append(out, side{split: r[0]})
		}
		return &out[n]
	}
	for _, r := range arguments {
		s := of(r)
		s.arguments = append(s.arguments, theme.Document{ID: r[0] + " " + r[3], Text: r[4]})
	}
	for _, r := range keyPoints {
		s := of(r)
		s.keyPoints = append(s.keyPoints, theme.Code{ID: r[0] + " " + r[3], Name: r[4]})
	}
	matched := map[[2]string]bool{}
	for _, r := range pairs {
		matched[[2]string{r[0] + " " + r[1], r[0] + " " + r[2]}] = r[3] == "1"
	}
	return out, matched, nil
}

// topics reads the arguments of every topic of ArgKP, both sides together,
// each with the first key point it was matched with; others are left out.
func (c Config) topics() ([][]labelled, error) {
	arguments, err := c.read(argArguments, "split", "topic", "arg_id", "text")
	if err != nil {
		return nil, err
	}
	pairs, err := c.read(argLabels, "split", "arg_id", "key_point_id", "label")
	if err != nil {
		return nil, err
	}
	match := map[[2]string]string{}
	for _, r := range pairs {
		if key := [2]string{r[0], r[1]}; r[3] == "1" && match[key] == "" {
			match[key] = r[2]
		}
	}
	byTopic := map[[2]string][][]string{}
	var order [][2]string
	for _, r := range arguments {
		keyPoint := match[[2]string{r[0], r[2]}]
		if keyPoint == "" {
			continue
		}
		key := [2]string{r[0], r[1]}
		if byTopic[key] == nil {
			order = append(order, key)
		}
		byTopic[key] = append(byTopic[key], []string{keyPoint, r[3]})
	}
	var out [][]labelled
	for _, key := range order {
		out = append(out, numbered(byTopic[key]))
	}
	return out, nil
}

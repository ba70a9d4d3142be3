package report

import (
	"slices"

	"heard/app/disclose"
	"heard/models"
)

// Found is what readers of a report find of somebody by searching what is released.
// Whoever is found is found with the themes of their words.
type Found struct {
	Groups []string `json:",omitempty"` // that they are shown to be in
	Apart  bool     `json:",omitempty"` // what is shown of them is not shown of people at risk
	Chosen []string `json:",omitempty"` // questions of which it is shown what they chose
}

// found says of a table by group whom readers find in it. told says of whom they
// find the rows, too.
func (b *builder) found(t *disclose.Table, subs []*models.Submission, in func(*models.Submission) []int, told func(Found) bool) {
	if len(b.Found) == 0 {
		return
	}
	rows, columns := len(t.Rows), len(t.Columns)
	t.Found = disclose.NewFound(rows, columns)
	for _, s := range subs {
		f, ok := b.Found[s.ID]
		if !ok || !told(f) {
			continue
		}
		of := []int{columns}
		for j, g := range t.Columns {
			if slices.Contains(f.Groups, g) {
				of = append(of, j)
			}
		}
		for _, i := range append(in(s), rows) {
			for _, j := range of {
				t.Found.Least[i][j]++
			}
			if f.Apart {
				t.Found.Apart[i]++
			}
		}
	}
}

package report

import (
	"maps"
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

// named adds what the report itself says of people who are found: whom it quotes or
// lists by a group or a name is not at risk, or it would be under another public id.
func (b *builder) named(r *models.Report) {
	if len(b.Found) == 0 {
		return
	}
	b.Found = maps.Clone(b.Found)
	by := map[string]string{} // submissions by public id
	for _, s := range b.Submissions {
		by[s.PublicID] = s.ID
	}
	is := func(publicID, group string) {
		f, ok := b.Found[by[publicID]]
		if !ok {
			return
		}
		for _, g := range b.Consultation.Groups {
			if b.text(g.Name) == group && !slices.Contains(f.Groups, g.ID) {
				f.Groups = append(slices.Clip(f.Groups), g.ID)
			}
		}
		f.Apart = true
		b.Found[by[publicID]] = f
	}
	for _, q := range b.Quotes {
		if s := b.subs[q.Submission]; s != nil && !b.Consultation.Sensitive(s.Groups) {
			is(s.PublicID, b.excerpt(s, q.Question, q.Group, "").Group)
		}
	}
	for _, e := range r.HeardOnce {
		if e.Group != "" {
			is(e.PublicID, e.Group)
		}
	}
	for _, o := range r.Organisations {
		is(o.PublicID, "")
	}
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

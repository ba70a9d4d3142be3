package web

import (
	"fmt"
	"net/http"
	"strings"

	"heard/models"
	"heard/views"
)

func (p *portal) pilePage(req *request, c *models.Consultation) (*views.PilePage, error) {
	pile, err := p.service.Pile(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	page := &views.PilePage{Base: p.staffBase(req, c, "attention", "Likely automated"), Consultation: c.ID, Act: "/staff/" + c.ID + "/attention/pile",
		Waiting: pile.Waiting, Aside: pile.Aside, Frozen: c.Status.AtLeast(models.StatusFrozen)}
	for _, sub := range pile.Sample {
		row := views.PileRow{ID: sub.ID, PublicID: sub.PublicID, Why: reasons(sub), Href: "/staff/" + c.ID + "/submissions/" + sub.ID}
		for _, a := range sub.Answers {
			if text := strings.TrimSpace(a.Text); text != "" {
				row.Texts = append(row.Texts, text)
			}
		}
		page.Sample = append(page.Sample, row)
	}
	return page, nil
}

// emptyPile does what an officer decides about the whole pile.
func (p *portal) emptyPile(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, here := req.Request().Context(), "/staff/"+c.ID+"/attention/pile"
	if form.Get("do") == "restore" {
		n, err := p.service.RestorePile(ctx, req.by, c)
		if err != nil {
			return err
		}
		return p.done(req, here, fmt.Sprintf("Counted again: %d.", n))
	}
	if form.Get("do") != "empty" {
		return models.NewError(models.KindInvalid, "Nothing was chosen, so nothing was changed.")
	}
	people := form["person"]
	if form.Get("read") == "" && len(people) == 0 {
		page, err := p.pilePage(req, c)
		if err != nil {
			return err
		}
		page.Faults = []views.Fault{{Href: "#read", Message: "Say that you have read the sample"}}
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	n, err := p.service.EmptyPile(ctx, req.by, c, form["sampled"], people)
	if err != nil {
		return err
	}
	if len(people) > 0 {
		return p.done(req, here, fmt.Sprintf("%d of the sample may come from people: they count, and are out of the pile. Read the sample as it is now.", len(people)))
	}
	return p.done(req, here, fmt.Sprintf("Set aside as sent by programs: %d. Each is marked, and nothing is deleted.", n))
}

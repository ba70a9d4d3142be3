package report

import (
	"heard/app/disclose"
	"heard/models"
)

// register tells of the bodies that were consulted, petitions, events and
// publicity. The id of a body's submission stands beside its name only where the
// submission lets the body be named.
func (b *builder) register(r *models.Report) {
	mayName := map[string]bool{}
	for _, s := range b.Submissions {
		mayName[s.PublicID] = s.Allows(models.ConsentName)
	}
	for _, e := range b.Register {
		switch e.Kind {
		case models.RegisterPetition:
			r.Petitions = append(r.Petitions, models.ReportPetition{Title: e.Name, By: e.Body, Received: e.Day, Wording: e.Why, Checked: e.Answer, Signatures: figure(disclose.Count(e.Number, false))})
		case models.RegisterEvent:
			// Where few come, somebody may know who they were.
			r.Events = append(r.Events, models.ReportEvent{Name: e.Name, Place: e.Place, Day: e.Day, People: figure(disclose.Count(e.Number, true))})
		case models.RegisterPublicity:
			r.Publicity = append(r.Publicity, models.ReportNotice{Name: e.Name, Day: e.Day})
		default:
			body := models.ReportConsulted{Name: e.Name, Statutory: e.Kind == models.RegisterStatutory, Why: e.Why, Asked: e.Day, Answered: e.Answered, Answer: e.Answer, Position: e.Position}
			if mayName[e.PublicID] {
				body.PublicID = e.PublicID
			}
			r.Consulted = append(r.Consulted, body)
		}
	}
}

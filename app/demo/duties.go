package demo

import (
	"fmt"
	"time"

	"heard/models"
)

// People of the invented council who sign for duties.
const (
	lead    = "Rosalind Achterberg, head of community safety"
	lawyer  = "Idris Pennock, council solicitor"
	dpo     = "Marguerite Ojo, data protection officer"
	equal   = "Callum Vasquez-Reid, equalities lead"
	comms   = "Bethan Quarshie, communications officer"
	records = "https://fairmead.example.org/station-parade-order/"
)

// Duties returns what the invented council has put on record so that its
// consultation c, as Consultation or Form returns it, can open, in the order of
// the duties. now is the moment that c was made for.
func Duties(c *models.Consultation, now time.Time) []models.DutyRecord {
	opens, _ := c.Window()
	before := func(days int) string {
		day := opens.AddDate(0, 0, -days)
		if day.After(now) { // it is tried before it opens
			day = now
		}
		return day.Format(time.DateOnly)
	}
	met := func(duty, days int, owner, page, evidence string) models.DutyRecord {
		r := models.DutyRecord{Duty: duty, Version: 1, State: models.DutyMet, Owner: owner, Evidence: evidence, Done: before(days)}
		if page != "" {
			r.URL = records + page
		}
		return r
	}
	list := []models.DutyRecord{
		met(3, 3, lawyer, "draft-order-v3", "Draft order, version 3, with a map of the smaller area. On the council's website and at the library desks."),
		met(4, 3, lead, "evidence", "Evidence pack of 24 pages: reports, fines, cleaning and outreach figures with their limits, and the five alternatives with why each is not proposed."),
		met(5, 5, lead, "", "No member or officer has committed to an outcome. The five alternatives can still be chosen; the Cabinet has seen none of the papers for the decision."),
		met(7, 12, dpo, "privacy", "Impact assessment DP-112, version 2, covers allegations of offences and sex life. Privacy notice and policy document are published. I have signed all three."),
		met(8, 14, equal, "equality", "Assessment begun, version 1. Outreach cards in Romanian and English, three drop-in evenings with the night van, interpreters on request, school-gate stall for parents."),
		met(10, 10, equal, "", "Seven bodies chosen, with reasons, in the register: two led by or working with sex workers, two residents' associations, traders, a school and a faith forum."),
		met(13, 6, comms, "accessibility", "Automated and keyboard test of every page, a screen-reader walk of both paths, “Exit this page” tried on two phones. Paper forms in all six languages. The translations have not been checked by a person yet, and pages say so."),
		met(15, 12, dpo, "retention", "Raw answers are deleted twelve months after the decision, paper forms after three; the published report stays."),
		// The demonstration is shown on any day, and its signposts are real.
		{Duty: 14, Version: 1, State: models.DutyNotApplicable, Owner: comms, Done: before(2),
			Evidence: "This is a demonstration that nobody is invited to answer. The entries are real; each says on which day it was last checked."},
	}
	if c.Proposal.Expires == "" {
		panic(fmt.Sprintf("%s does not say when its order expires", consultationFile))
	}
	return list
}

// Timeline returns the days of the invented order's way that are known.
func Timeline(c *models.Consultation) models.Timeline {
	return models.Timeline{Version: 1, Expires: c.Proposal.Expires, Meeting: c.Proposal.Decision.When}
}

// Register returns who was consulted, what was handed in and what was held beside
// the submissions, all of it made up, up to now.
func Register(c *models.Consultation, now time.Time) []models.RegisterEntry {
	opens, _ := c.Window()
	day := func(days int) string { return opens.AddDate(0, 0, days).Format(time.DateOnly) }
	body := func(kind models.RegisterKind, name, why string, asked, answered int, position, answer string) models.RegisterEntry {
		return models.RegisterEntry{Kind: kind, Name: name, Why: why, Day: day(asked), Answered: day(answered), Position: position, Answer: answer}
	}
	all := []models.RegisterEntry{
		body(models.RegisterStatutory, "Chief Officer of Fairmead Police", "s.72: chief officer of police", 1, 30, models.StanceFor, "Supports the smaller area and rule 1. Asks that rule 2 name the conduct it is about. Offers figures of calls by street."),
		body(models.RegisterStatutory, "Police and Crime Commissioner for Fairmead", "s.72: local policing body", 1, 37, models.StanceUnsure, "Wants the order read together with more outreach; has no view on its length."),
		body(models.RegisterCommunity, "Lantern Outreach", "Runs the night van and meets most sex workers who work on the street here.", 2, 41, models.StanceAgainst, "Says that patrols move people to darker places. Would support rule 2 alone."),
		body(models.RegisterCommunity, "Harbour Lane Residents' Association", "Represents people who live in the smaller area.", 2, 20, models.StanceFor, "Supports both rules and asks for lighting by the canal steps."),
		{Kind: models.RegisterCommunity, Name: "Fairmead Faith Forum", Why: "Its members' buildings open on to Station Parade.", Day: day(2)},
		{Kind: models.RegisterPetition, Name: "Keep Harbour Lane safe", Body: "Harbour Lane Residents' Association", Why: "We ask Fairmead Council to keep the order for three more years.", Day: day(35), Number: 412,
			Answer: "Every tenth address was looked up in the register of electors; 38 of 41 were found. Nobody was written to."},
		{Kind: models.RegisterEvent, Name: "Drop-in at Millbrook Library", Place: "Millbrook Library, meeting room", Day: day(16), Number: 34},
		{Kind: models.RegisterEvent, Name: "Traders' breakfast", Place: "Station Parade market hall", Day: day(23), Number: 12},
		{Kind: models.RegisterPublicity, Name: "Notice in the Fairmead Gazette and on the council's website", Day: day(0)},
		{Kind: models.RegisterPublicity, Name: "Posters on Station Parade and Harbour Lane, in six languages", Day: day(3)},
	}
	today, kept := now.Format(time.DateOnly), all[:0]
	for _, e := range all {
		if e.Day > today {
			continue
		}
		if e.Answered > today {
			e.Answered, e.Answer, e.Position = "", "", ""
		}
		kept = append(kept, e)
	}
	return kept
}

package demo

import (
	"fmt"
	"slices"
	"strings"

	"heard/models"
)

// point is a finding of the demonstration: the themes it rests on are those that
// one of its words stands in and that no earlier point has taken.
type point struct {
	words       []string
	restriction string
	limb        models.Limb
	statement   string // %s: its themes with their figures
	against     int    // the point whose themes speak against it, by its number from 1; 0 for none
	none        string // why nothing does
	status      models.FindingStatus
	considered  string
	will        string
}

var points = []point{
	{[]string{"needle", "litter", "children", "noise", "minicab", "drive"}, "R1", models.LimbEffect,
		"People describe what they meet on their way: litter, cars that circle and words called after them. %s.", 3, "",
		models.FindingAccepted, "Reports to the council name the same streets as the answers. The rule is about those who buy, and litter is not its subject.", "We will have the canal steps cleaned before school opens and keep the record of complaints that the order rests on."},
	{[]string{"extension", "fining", "three-year", "keep"}, "R1", models.LimbJustifies,
		"Asked {label question:C1}, {most question:C1 side:for} of those who answered choose an answer {words \"in favour\"} ({count question:C1 side:for} of {count question:C1}). %s.", 3, "",
		models.FindingPartly, "A consultation is not a vote. The figures are of those who chose to answer; who they are is told under “Who is missing”.", "We will propose the rule for the smaller area, and not for all wards."},
	{[]string{"fines", "debt", "doctor", "home", "deserve"}, "R1", models.LimbReasonable,
		"Fines are said to leave untouched why somebody sells sex, and to cost them in the end. %s.", 2, "",
		models.FindingPartly, "Those who sell sex cannot be fined under either rule. That a buyer's fine is passed on as lower pay is told by people who know, and we have no evidence to the contrary.", "We will pay for a second evening of outreach and report each year who was fined and where."},
	{[]string{"patrol", "outreach", "clinic", "wound"}, "R2", models.LimbReasonable,
		"Outreach and patrols get in each other's way. %s.", 1, "",
		models.FindingAccepted, "The night van has asked before to know the hours. Police see no harm in telling it a week ahead.", "We will give the outreach team the hours of patrols a week ahead."},
	{[]string{"outside", "line", "cover", "everybody", "wards"}, "", models.LimbNecessary,
		"The line around the area is questioned, from both sides of it. %s.", 2, "",
		models.FindingRefused, "An order must not cover more than it needs to, and what lies outside brought hardly a report.", "We will not widen the area. We will look at the line again when reports from outside it come in."},
	{[]string{"women", "dark", "squeeze", "beaten", "risk", "less time", "attacks"}, "R1", models.LimbRights,
		"Working in haste, alone and out of sight is told as the price of patrols. %s.", 1, "",
		models.FindingOpen, "The right to private life covers safety at work, of whatever kind. What is told here is much like what {source \"Lantern Outreach, 2026\" \"the night van hears each week\"}.", "The Cabinet has to weigh this against the first finding; both options that meet it are set out below."},
	{nil, "", models.LimbEquality,
		"People who wrote in other languages than English say that they hear of the order last and are watched first. %s.", 0, "The other answers in these languages were read again by two officers and an interpreter, and nothing in them says otherwise.",
		models.FindingAccepted, "The protected characteristic of race is engaged by who is stopped and by what can be read.", "We will print the order and the ways to get help in all six languages."},
	{nil, "", models.LimbProcess,
		"Further points were made that bear on no rule by themselves. %s.", 0, "They make no claim that others could speak against.",
		models.FindingOutside, "Each was read. What belongs to others was passed on to them without a name.", "We will answer each of them in the letter that tells the outcome."},
}

// Findings returns what the invented council finds in the themes of its
// consultation, each of which stands in one finding.
func Findings(themes []models.Theme) []models.Finding {
	taken := make([][]models.Theme, len(points))
	for _, t := range themes {
		if t.Status == models.ThemeMerged {
			continue
		}
		said := strings.ToLower(t.Label + " " + strings.Join(t.Keywords, " "))
		at := slices.IndexFunc(points, func(p point) bool {
			return slices.ContainsFunc(p.words, func(w string) bool { return strings.Contains(said, w) })
		})
		switch {
		case strings.ContainsFunc(t.Label, func(r rune) bool { return r > 0x17F && r < 0x2000 || strings.ContainsRune("ăâîșț", r) }):
			at = len(points) - 2
		case at < 0:
			at = len(points) - 1
		}
		taken[at] = append(taken[at], t)
	}
	ids := func(themes []models.Theme) (out []string) {
		for _, t := range themes {
			out = append(out, t.ID)
		}
		return out
	}
	var all []models.Finding
	for i, p := range points {
		if len(taken[i]) == 0 {
			continue
		}
		var told []string
		for _, t := range taken[i] {
			told = append(told, fmt.Sprintf("{label theme:%s}: {count theme:%s}", t.ID, t.ID))
		}
		f := models.Finding{Version: 1, Place: 10 * (i + 1), Statement: models.Prose{Text: fmt.Sprintf(p.statement, strings.Join(told, "; "))}, Restriction: p.restriction, Limb: p.limb,
			For: models.FindingSupport{Themes: ids(taken[i])}, Considered: models.Prose{Text: p.considered}, Will: models.Prose{Text: p.will}, Status: p.status}
		if p.against > 0 {
			f.Against.Themes = ids(taken[p.against-1])
		}
		if f.Against.None() {
			f.NoneAgainst, f.Signed = models.Prose{Text: p.none}, lead
			if p.none == "" {
				f.NoneAgainst.Text = "Two officers looked through all themes for what speaks against it and found nothing."
			}
		}
		all = append(all, f)
	}
	return all
}

// Sections returns the written sections of the demonstration's report.
func Sections(c *models.Consultation) []models.Section {
	texts := map[string]map[string]string{
		models.SectionConsulted: {"text": "Outreach cards in Romanian and English were handed out from the night van. Paper forms lay at both libraries, and an interpreter came to the drop-in evenings. Nothing in the questions changed while the consultation was open."},
		models.SectionEquality: {"text": "Sex, race, disability and pregnancy are engaged. {label group:sex_worker}: {count group:sex_worker}. {label group:support_worker}: {count group:support_worker}. What they say of danger and of language stands in the findings on rights and on equality.\n\n" +
			"To soften the effects: patrol hours are told to outreach, those who sell sex cannot be fined, and the order is printed in six languages. The assessment was brought up to date with the answers."},
		models.SectionRecommendation: {"text": "To extend the order for the smaller area, with both rules, together with a second evening of outreach. The finding on rights has to be weighed by the Cabinet itself; the option of support-led help without an order is set out so that it can be chosen."},
		models.SectionNext:           {"text": "After the decision its reasons are published, respondents who asked are told, and any member may call it in."},
		"rights-R1": {
			"test":          "Cars that circle and words called after people have an effect that has gone on since {source \"council records\" \"the first order\"}. The rule forbids what causes it and nothing else.",
			"proportionate": "It is about buying in public places of two wards, not about being there. A warning comes before a fine.",
			"8":             "The rule touches private life, of those who buy and of those who sell. What sex workers say of haste and darkness weighs heavily; patrol hours are shared for that reason.",
			"10":            "To offer money is expression of the least protected sort. Talking with people in the street, outreach among it, is not touched.",
			"11":            "People are not kept from meeting one another. Gatherings and protest lie outside the rule.",
		},
		"rights-R2": {
			"test":          "Abuse and harassment have the effect that the Act describes wherever they happen, and the complaints show that they happen here again and again.",
			"proportionate": "The rule repeats what good manners ask for, and a fine for it comes last.",
			"8":             "It protects the private life of whoever is called after. It takes nothing from anybody else's.",
			"10":            "Words are its subject, so that it is drawn narrowly: only what is likely to cause harassment, alarm or distress.",
			"11":            "A protest can be loud. The rule is not to be used against one, and the guidance to officers will say so.",
		},
		// Two rows are left for the council to see that they are gaps.
		"impact-8":          {"impact": "both", "how": "It protects people from being called after near their homes, and it moves those who sell sex to places where they are less safe.", "evidence": "Both are told in the findings on what people meet on their way and on working in haste. On the order itself, {count question:C1 side:for} of {count question:C1} chose an answer {words \"in favour\"}.", "mitigation": "The hours of patrols are told to outreach a week ahead.", "owner": lead},
		"impact-10":         {"impact": "none", "how": "Talking in the street, outreach among it, is not touched. Rule R2 is drawn narrowly.", "evidence": "Nothing in the responses speaks of it.", "owner": lawyer},
		"impact-11":         {"impact": "none", "how": "Gatherings and protest lie outside both rules, and the guidance to officers says so.", "evidence": "Nothing in the responses speaks of it.", "mitigation": "The guidance is read with officers before the order comes into force.", "owner": lawyer},
		"impact-age":        {"impact": "positive", "how": "Children and older people walk past the canal steps and Station Parade.", "evidence": "The finding on what people meet on their way speaks of the way to school.", "mitigation": "The steps are cleaned before school opens.", "owner": lead},
		"impact-disability": {"impact": "negative", "how": "People who use drugs and are ill may be pushed further from treatment by patrols.", "evidence": "The finding on outreach and patrols.", "mitigation": "A second evening of outreach, with a nurse.", "owner": equal},
		"impact-marriage":   {"impact": "none", "how": "Neither rule depends on it.", "owner": equal},
		"impact-pregnancy":  {"impact": "unknown", "how": "Outreach has met pregnant women who sell sex. What patrols mean for them has not been told.", "mitigation": "Outreach is asked before the order is made.", "owner": equal},
		"impact-race":       {"impact": "negative", "how": "Who is stopped, and who can read the rules.", "evidence": "The finding on people who wrote in other languages than English.", "mitigation": "The order is printed in six languages, and who was fined is reported each year.", "owner": equal},
		"impact-belief":     {"impact": "unknown", "how": "The faith forum was asked and has not answered yet.", "mitigation": "It is asked once more before the decision.", "owner": equal},
		"impact-sex":        {"impact": "both", "how": "Women who live here are called after less. Women who sell sex have less time to judge a client.", "evidence": "The findings on what people meet on their way and on working in haste.", "mitigation": "Those who sell sex cannot be fined under either rule.", "owner": equal},
		"option-proposed": {"what": "Both rules, the smaller area, three more years, and a second evening of outreach.",
			"effect": "Meets the effect where the complaints come from.", "persistent": "The complaints have not stopped in any year.", "unreasonable": "Calling after people is not made reasonable by the hour.", "justifies": "The fines are on those who cause the effect.",
			"reasonable": "Two wards instead of five, a warning first.", "necessary": "Complaints rose in the months when there were no patrols.", "rights": "Touches private life; softened by shared patrol hours.", "equality": "Effects on women and on people who read no English remain, and are watched."},
		"option-none": {"what": "The order ends on its last day and nothing takes its place.",
			"effect": "What people complain of would be left to the police.", "persistent": "Nothing suggests that it would end by itself.", "unreasonable": "The same as before.", "justifies": "No restriction, so nothing to justify.",
			"reasonable": "The least that can be done to anybody.", "necessary": "It holds that no order is needed.", "rights": "Touches no rights.", "equality": "No effect of an order; the effect of the conduct stays with those who meet it."},
		"option-narrower": {"what": "Rule R2 alone, in the smaller area.",
			"effect": "Meets abuse, and leaves cars that circle.", "persistent": "As proposed, for abuse.", "unreasonable": "As proposed, for abuse.", "justifies": "The clearer of both rules.",
			"reasonable": "Leaves buying to the criminal law.", "necessary": "Less than officers think necessary.", "rights": "Spares the haste that sex workers tell of.", "equality": "Better for women who sell sex; unchanged for those who are called after."},
		"option-support": {"what": "Support-led: outreach, housing and treatment from the money for patrols, and no rules.",
			"effect": "Works on why somebody stands there, and slowly.", "persistent": "Would take longer than the order lasts.", "unreasonable": "Says nothing about conduct.", "justifies": "No restriction, so nothing to justify.",
			"reasonable": "No fines at all.", "necessary": "It holds that no order is needed.", "rights": "Touches no rights and helps with safety.", "equality": "Best for disabled people and for those without a home."},
	}
	var all []models.Section
	for _, plan := range models.Sections(c) {
		if len(texts[plan.ID]) == 0 {
			continue
		}
		s := models.Section{ID: plan.ID, Version: 1, Parts: map[string]*models.Prose{}}
		for part, text := range texts[plan.ID] {
			s.Parts[part] = &models.Prose{Text: text}
		}
		all = append(all, s)
	}
	return all
}

// Population returns how many people there are in the invented town, from sources
// that are invented, too.
func Population() []models.Population {
	return []models.Population{
		{Group: "resident", Figure: 14_620, Source: "Census 2021, Northgate and Millbrook wards (invented)", Day: "2021-03-21"},
		{Group: "business", Figure: 1_930, Source: "Business register, jobs in the two wards (invented)", Day: "2025-09-30"},
		{Group: "sex_worker", Figure: 64, Source: "Lantern Outreach, people met in a year (invented)", Day: "2026-06-30"},
		{Group: "support_worker", Figure: 41, Source: "Lantern Outreach and two clinics, staff and volunteers (invented)", Day: "2026-06-30"},
		{Group: "E1.under_18", Figure: 3_110, Source: "Census 2021, Northgate and Millbrook wards (invented)", Day: "2021-03-21"},
		{Group: "E3.asian", Figure: 4_870, Source: "Census 2021, Northgate and Millbrook wards (invented)", Day: "2021-03-21"},
		{Group: "E5.female", Figure: 7_410, Source: "Census 2021, Northgate and Millbrook wards (invented)", Day: "2021-03-21"},
		{Label: "People who do not read English well", Figure: 870, Source: "Census 2021, language table (invented)", Day: "2021-03-21"},
	}
}

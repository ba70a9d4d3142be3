package report

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/models"
)

func TestStrikeWords(t *testing.T) {
	const gone = "quinceblossom on the steps"
	said := func(id, text string) models.ReportExcerpt { return models.ReportExcerpt{PublicID: id, Text: text} }
	was := models.Report{Total: models.Figure{Value: 40}, Channels: []models.GroupFigure{{ID: "paper", Name: "paper"}},
		Themes: []models.ReportTheme{{ID: "t1", Label: gone, Keywords: []string{"lamps", "paper"}, Quotes: []models.ReportExcerpt{said("p1", gone), said("p2", "The lamps.")}, Count: models.Figure{Value: 12},
			Summary: []models.ReportSentence{{Kind: "quote", Text: "One says: " + gone, Quote: new(said("p1", gone))}, {Kind: "count", Text: "Twelve people.", Quoted: []string{"p1", "p2"}}}}},
		HeardOnce:     []models.ReportExcerpt{said("p1", "All of "+gone+"."), said("p3", "Another.")},
		Organisations: []models.ReportOrganisation{{Name: "Lamps Ltd", PublicID: "p1"}, {Name: "Others", PublicID: "p2"}},
		Consulted:     []models.ReportConsulted{{Name: "The police", PublicID: "p1"}}}
	data, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	strike := func(id string, erased bool, now string, put map[string]string) models.Report {
		t.Helper()
		struck, changed, err := StrikeWords(data, []string{id}, erased, func(string) string { return now }, put)
		var r models.Report
		if err != nil || !changed || json.Unmarshal(struck, &r) != nil {
			t.Fatalf("changed %v, %v", changed, err)
		}
		return r
	}
	want := was
	want.Themes = []models.ReportTheme{{ID: "t1", Label: "Points about lamps", Keywords: []string{"lamps"}, Quotes: []models.ReportExcerpt{said("p2", "The lamps.")}, Count: models.Figure{Value: 12},
		Summary: []models.ReportSentence{{Kind: "count", Text: "Twelve people.", Quoted: []string{"p2"}}}}}
	want.HeardOnce = []models.ReportExcerpt{said("p1", ""), said("p3", "Another.")}
	want.Organisations = want.Organisations[1:]
	if diff := cmp.Diff(want, strike("p1", true, "", map[string]string{gone: "Points about lamps", "paper": ""})); diff != "" {
		t.Errorf("after an erasure (-want +got):\n%s", diff)
	}
	redacted := strike("p1", false, "All of [name].", nil)
	if got := redacted.HeardOnce[0].Text; got != "All of [name]." || len(redacted.Themes[0].Quotes) != 1 || len(redacted.Organisations) != 2 {
		t.Errorf("after a redaction: %q, %d quotes, %d organisations", got, len(redacted.Themes[0].Quotes), len(redacted.Organisations))
	}
	if same, changed, err := StrikeWords(data, []string{"p9"}, true, func(string) string { return "" }, nil); err != nil || changed || string(same) != string(data) {
		t.Errorf("nothing to take out, and yet changed: %v, %v", changed, err)
	}
}

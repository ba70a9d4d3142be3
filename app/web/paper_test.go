package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"heard/app/consult"
	"heard/models"
)

// The form to print has every question of its path with the id that it is typed
// in under, in the order of the path, in every language; neither its address
// nor its title tells which people it is for.
func TestPaperForms(t *testing.T) {
	p := newPortal(t)
	i := newInspector(p)
	demonstration := p.demo
	kinds := p.kinds()
	for _, c := range []*models.Consultation{demonstration, kinds} {
		p.demo = c
		for _, lang := range c.Languages {
			b := p.browser()
			b.seen = i.look
			list := b.get("/" + c.ID + "/paper?lang=" + lang)
			links := list.doc.Find("main ol a")
			if links.Length() != len(c.Paths) {
				t.Errorf("%s: %d forms, expected %d", lang, links.Length(), len(c.Paths))
			}
			links.Each(func(n int, s *goquery.Selection) {
				path := &c.Paths[n]
				form := b.get(s.AttrOr("href", ""))
				what := fmt.Sprintf("%s in %s", path.ID, lang)
				if in := form.doc.Find("html").AttrOr("lang", ""); in != lang {
					t.Errorf("%s is in %s", what, in)
				}
				if want := fmt.Sprintf("form=%d", n+1); !strings.Contains(form.url.RawQuery, want) || strings.Contains(form.url.String(), path.ID) {
					t.Errorf("%s: the address is %s", what, form.url)
				}
				for in, words := range tellingIn {
					if found := words.FindString(form.title()); found != "" {
						t.Errorf("%s: %q stands in the title, in %s", what, found, in)
					}
				}
				asked := form.doc.Find(".paper section")
				if asked.Length() != len(path.Ask) {
					t.Fatalf("%s: %d questions, expected %d", what, asked.Length(), len(path.Ask))
				}
				asked.Each(func(k int, s *goquery.Selection) {
					q := c.Question(path.Ask[k])
					id := strings.TrimSpace(s.Find(".qid").Text())
					if q.Type == models.TypeInfo {
						if id != "" {
							t.Errorf("%s: %s asks nothing and has an id", what, q.ID)
						}
						return
					}
					if id != q.ID {
						t.Errorf("%s: question %d has the id %q, expected %s", what, k+1, id, q.ID)
					}
					wording, in := q.Text.In(lang)
					if said := squeezed(s.Find("h2").Text()); said != q.ID+" "+squeezed(wording) {
						t.Errorf("%s: %s says %q, expected %q", what, q.ID, said, wording)
					}
					if marked := s.Find("h2 [lang]").AttrOr("lang", lang); marked != in {
						t.Errorf("%s: %s is marked as %s, expected %s", what, q.ID, marked, in)
					}
					boxes := 0
					s.Find("ul.boxes li").Each(func(b int, s *goquery.Selection) {
						label, _ := q.Options[b].Text.In(lang)
						if !strings.Contains(squeezed(s.Text()), squeezed(label)) || s.Find(".box").Length() != 1 {
							t.Errorf("%s: box %d of %s says %q, expected %q", what, b+1, q.ID, s.Text(), label)
						}
						boxes++
					})
					if boxes != len(q.Options) {
						t.Errorf("%s: %s has %d boxes, expected %d", what, q.ID, boxes, len(q.Options))
					}
					if lines := s.Find(".ruled").Length(); (lines > 0) != (!q.Closed() && q.Type != models.TypeFile) {
						t.Errorf("%s: %s has %d lines to write on", what, q.ID, lines)
					}
					for _, rule := range q.OnlyIf {
						for _, clause := range rule {
							if !strings.Contains(s.Find("p.meta").Text(), clause.Question) {
								t.Errorf("%s: %s does not say that it depends on %s", what, q.ID, clause.Question)
							}
						}
					}
				})
				form.says(".paper", fmt.Sprint(c.Version)).says(".paper", c.Council.Name)
				if form.doc.Find("main form, main input, main button").Length() != 0 {
					t.Errorf("%s: there is something to fill in on the screen", what)
				}
			})
		}
	}
	// Numbers that there are not lead to the list.
	p.demo = kinds
	for _, n := range []string{"0", "-1", "4", "99999999999999999999", "x", "", "1%00", "apart"} {
		if got := p.browser().get("/" + p.demo.ID + "/paper?form=" + n); got.doc.Find(".paper").Length() != 0 || got.doc.Find("main ol a").Length() != 3 {
			t.Errorf("form=%s is a form", n)
		}
	}
	// After closing it can still be looked at.
	p.demo = p.move(p.demo, models.StatusClosed)
	p.browser().get("/" + p.demo.ID + "/paper?form=1")
	i.report()
}

// A paper form asks what the screen asks: the ids on it are those of the
// answers that are typed in, and nobody loses a question.
func TestPaperOffersWhatTheScreenAsks(t *testing.T) {
	p := newPortal(t)
	for n, path := range p.demo.Paths {
		page := p.browser().get(fmt.Sprintf("/%s/paper?form=%d", p.demo.ID, n+1))
		var ids []string
		page.doc.Find(".qid").Each(func(_ int, s *goquery.Selection) { ids = append(ids, strings.TrimSpace(s.Text())) })
		want := slices.DeleteFunc(slices.Clone(path.Ask), func(id string) bool { return p.demo.Question(id).Type == models.TypeInfo })
		if !slices.Equal(ids, want) {
			t.Errorf("%s: paper asks %v, the screen %v", path.ID, ids, want)
		}
	}
}

// The settings say how far each translation has come and lead to the cards.
func TestSettingsOfTheForm(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	p.signUp(models.RoleAdmin)
	p.kinds()
	for _, role := range []models.Role{models.RoleOfficer, models.RoleAdmin} {
		settings := p.staff(role).get("/staff/" + p.demo.ID + "/settings")
		rows := map[string]string{}
		settings.doc.Find("table tbody tr").Each(func(_ int, s *goquery.Selection) {
			rows[strings.TrimSpace(s.Find("th").Text())] = squeezed(s.Text())
		})
		all := len(p.demo.Wordings())
		if want := fmt.Sprintf("Romanian1 of %dWhichquestion X9yesnot yet", all); rows["Romanian"] != want {
			t.Errorf("Romanian: %q, expected %q", rows["Romanian"], want)
		}
		if want := fmt.Sprintf("Urdu%d of %d", all-3, all); !strings.HasPrefix(rows["Urdu"], want) || !strings.HasSuffix(rows["Urdu"], "not yetnot yet") {
			t.Errorf("Urdu: %q, expected %q … not yet", rows["Urdu"], want)
		}
		if len(rows) != 2 {
			t.Errorf("%d translations, expected 2: %v", len(rows), rows)
		}
		for _, card := range p.demo.Cards {
			settings.says("main code", "/"+p.demo.ID+"/c/"+card.ID)
		}
		settings.doc.Find("main code").Each(func(_ int, s *goquery.Selection) {
			if at := s.Text(); strings.HasPrefix(at, "/") {
				p.browser().get(at)
			}
		})
	}
	// Only an open consultation can be paused.
	_, err := p.service.SaveConsultation(t.Context(), consult.Portal, "x.yaml", []byte(strings.NewReplacer("id: mostek", "id: kladka", "DAY", p.clock.Now().AddDate(0, 0, 7).Format(time.DateOnly)).Replace(kindsOneLanguage)))
	must(t, err)
	officer := p.staff(models.RoleOfficer)
	if got := officer.get("/staff/kladka/settings"); got.doc.Find("[value=pause], [value=resume], table").Length() != 0 {
		t.Error("a draft in one language can be paused, or has translations")
	}
	for _, do := range []string{"pause", "resume"} {
		officer.post("/staff/kladka/settings", map[string][]string{"do": {do}}).is(http.StatusConflict)
	}
}

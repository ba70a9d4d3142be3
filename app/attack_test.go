package app

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"heard/app/demo"
	"heard/app/print"
	"heard/app/report"
	"heard/models"
	"heard/views"
)

// What a stranger reads of a report, and from where, must not give a small figure
// away: the page as it is rendered and every file, of the demonstration and of twenty
// populations at random, nor what is left when a version is taken from the next.
func TestAStrangerRecoversNothing(t *testing.T) {
	c, _, err := demo.Consultation(time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	subs, err := demo.Submissions(c, time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	inputs := map[string]report.Input{"the demonstration": inThemes(c, subs)}
	for seed := range uint64(20) {
		inputs[fmt.Sprintf("population %d", seed)] = inThemes(c, atRandom(c, seed))
	}
	r, err := views.New()
	if err != nil {
		t.Fatal(err)
	}
	recovered, alone, subtracted := 0, 0, 0
	for name, in := range inputs {
		in, later := inTwoVersions(in) // and the officer's figure of people at risk changes
		one, err := report.Build(in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		attack, err := report.Stranger(in)
		if err != nil {
			t.Fatal(err)
		}
		report.Write(one, c, report.Written{Population: demo.Population()})
		attacked(t, r, name, one, attack)
		later.Before = before(t, in, one)
		two, err := report.Build(later)
		if err != nil {
			t.Errorf("%s, the later version: %v", name, err)
			continue
		}
		population := demo.Population()
		for i := range population {
			population[i].Figure += 3
		}
		report.Write(two, c, report.Written{Population: population, Before: one})
		attackBoth, err := report.Stranger(later)
		if err != nil {
			t.Fatal(err)
		}
		attacked(t, r, name+", the later version", two, attackBoth)
		for i, p := range two.Missing {
			if was := one.Missing[i]; p.Sensitive && *p.Population != *was.Population {
				t.Errorf("%s: people at risk can be counted by subtraction: %+v, then %+v", name, was, p)
			}
		}
		// Each version protected by itself tells of people when one is taken from the
		// other, and that is found.
		if later.Before = nil; alone < 4 {
			if r, err := report.Build(later); err == nil {
				if alone++; attackBoth(r) != nil {
					subtracted++
				}
			}
		}
		// The same stranger, given the figures that only thresholds have been held
		// against, does find something: so nothing found is not nothing looked for.
		weak := copied(t, one)
		for i, g := range c.Groups {
			n, least := 0, 5
			for _, s := range in.Submissions {
				for _, id := range s.Groups {
					if id == g.ID {
						n++
					}
				}
			}
			if g.Sensitive {
				least = 10
			}
			weak.Groups[i].Count = models.Figure{Value: n}
			if n < least {
				weak.Groups[i].Count = models.Figure{Masked: true, Threshold: least}
			}
		}
		for qi := range weak.Questions {
			q := &weak.Questions[qi]
			for oi := range q.Options {
				o := &q.Options[oi]
				for gi := range o.Groups {
					n := 0
					for _, s := range in.Submissions {
						a := s.Answer(q.ID)
						if a != nil && has(a.Options, o.ID) && has(s.Groups, c.Groups[gi].ID) {
							n++
						}
					}
					least := 5
					if c.Groups[gi].Sensitive {
						least = 10
					}
					o.Groups[gi] = models.Figure{Value: n}
					if n < least {
						o.Groups[gi] = models.Figure{Masked: true, Threshold: least}
					}
				}
			}
		}
		if attack(weak) != nil {
			recovered++
		}
	}
	if recovered < len(inputs)/2 {
		t.Errorf("with the gate weakened, something is recovered of %d of %d reports", recovered, len(inputs))
	}
	if subtracted < alone || alone == 0 {
		t.Errorf("with each version protected by itself, something is recovered of %d of %d reports", subtracted, alone)
	}
}

// A stranger who narrows down what a report on those who came would show has learnt
// nothing that must not be known: that refused the later version of these two.
func TestALaterVersionIsNotRefusedForNothing(t *testing.T) {
	c, _, err := demo.Consultation(time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, seed := range []uint64{1003, 1010} {
		in, later := inTwoVersions(inThemes(c, atRandom(c, seed)))
		one, err := report.Build(in)
		if err != nil {
			t.Fatal(err)
		}
		later.Before = before(t, in, one)
		if _, err := report.Build(later); err != nil {
			t.Errorf("population %d: %v", seed, err)
		}
	}
}

// inTwoVersions has some people come later, and two who were counted gone by then.
func inTwoVersions(all report.Input) (in, later report.Input) {
	in, later = all, all
	in.Submissions, later.Submissions = all.Submissions[:2*len(all.Submissions)/3], all.Submissions[2:]
	return in, later
}

// before is what a later version follows from: the one that was built of in.
func before(t *testing.T, in report.Input, one *models.Report) *report.Before {
	b := &report.Before{Report: copied(t, one), Counted: map[string]bool{}}
	for _, s := range in.Submissions {
		b.Counted[s.ID] = true
	}
	return b
}

// attacked has a stranger read a report from everywhere it stands.
func attacked(t *testing.T, r *views.Renderer, name string, built *models.Report, attack func(*models.Report) error) {
	t.Helper()
	built.Published = true
	var asJSON, asCSV, book, page, word bytes.Buffer
	alone := &views.ReportPage{Report: built, Status: models.StatusPublished}
	for _, err := range []error{report.WriteJSON(&asJSON, built), report.WriteCSV(&asCSV, built), report.WriteXLSX(&book, built), r.RenderFile(&page, alone)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := print.DOCX(&word, bytes.NewReader(page.Bytes()), print.About{}); err != nil {
		t.Fatal(err)
	}
	var fromJSON models.Report
	if err := json.Unmarshal(asJSON.Bytes(), &fromJSON); err != nil {
		t.Fatal(err)
	}
	fromCSV, fromBook, fromPage := copied(t, built), copied(t, built), copied(t, built)
	readCSV(t, asCSV.Bytes(), fromCSV)
	readBook(t, book.Bytes(), fromBook)
	readPage(t, page.Bytes(), fromPage)
	for format, read := range map[string]*models.Report{"JSON": &fromJSON, "CSV": fromCSV, "workbook": fromBook, "page": fromPage} {
		if err := attack(read); err != nil {
			t.Errorf("%s, %s: %v", name, format, err)
		}
	}
	if diff := cmp.Diff(cellsOfPage(t, page.Bytes()), cellsOfWord(t, word.Bytes())); diff != "" {
		t.Errorf("%s: the tables of the document are not those of the page (-page +document):\n%s", name, diff)
	}
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// atRandom makes up people who answer a consultation: of every group, some in two.
func atRandom(c *models.Consultation, seed uint64) []models.Submission {
	random, places := rand.New(rand.NewPCG(seed, 7)), rand.New(rand.NewPCG(seed, 8))
	points := strings.Split("lamps along the canal are broken|cars circle our road at night|fines take money from people|patrols walk the station road|litter and needles|nobody listens to us", "|")
	var subs []models.Submission
	for range 40 + random.IntN(260) {
		s := models.Submission{Consultation: c.ID, Channel: models.Channels[random.IntN(4)], Language: "en", Status: models.SubmissionLive, Path: "person",
			Stance: []string{models.StanceFor, models.StanceAgainst, models.StanceUnsure, ""}[min(random.IntN(6), 3)]}
		for n := 0; n == 0 || random.IntN(5) == 0 && n < 2; n++ {
			if g := c.Groups[min(random.IntN(len(c.Groups)), random.IntN(len(c.Groups)))].ID; !has(s.Groups, g) {
				s.Groups = append(s.Groups, g)
			}
		}
		if random.IntN(3) > 0 {
			s.Consents = []models.Consent{models.ConsentQuote}
		}
		for _, id := range []string{"A2", "C1", "C2", "C3", "C4", "S1"} {
			q := c.Question(id)
			if random.IntN(5) == 0 || q.Sensitive && !c.Sensitive(s.Groups) {
				continue
			}
			o := q.Options
			s.Answers = append(s.Answers, models.Answer{Question: id, Options: []string{o[min(random.IntN(len(o)), random.IntN(len(o)))].ID}})
		}
		for _, id := range []string{"A3", "B1", "B2", "B5"} { // people at risk, too, say where they belong
			if o := c.Question(id).Options; places.IntN(5) > 0 {
				s.Answers = append(s.Answers, models.Answer{Question: id, Options: []string{o[min(places.IntN(len(o)), places.IntN(len(o)))].ID}})
			}
		}
		if random.IntN(4) > 0 || len(s.Answers) == 0 {
			s.Answers = append(s.Answers, models.Answer{Question: "C6", Text: "I say that " + points[min(random.IntN(6), random.IntN(6))] + " here."})
		}
		subs = append(subs, s)
	}
	return subs
}

// inThemes gives submissions ids, and puts answers in themes by a word in them.
func inThemes(c *models.Consultation, subs []models.Submission) report.Input {
	in := report.Input{Consultation: c, Found: map[string]report.Found{}}
	words := strings.Fields("lamp light car road fine patrol litter needle listen women safe police help shop children")
	for _, w := range words {
		in.Themes = append(in.Themes, models.Theme{ID: "t-" + w, Label: "About " + w, Status: models.ThemeApproved})
	}
	letters := map[string][]string{}
	for i := range subs {
		s := &subs[i]
		s.ID, s.PublicID = fmt.Sprintf("id%05d", i), fmt.Sprintf("p%05d", 99999-i)
		in.Submissions = append(in.Submissions, s)
		if s.Allows(models.ConsentQuote) && i%5 > 0 { // and is found by searching
			f := report.Found{Apart: !c.Sensitive(s.Groups)}
			for _, g := range s.Groups {
				if f.Apart || c.Sensitive([]string{g}) {
					f.Groups = append(f.Groups, g)
				}
			}
			for _, q := range c.Questions {
				if f.Apart && q.Closed() && !q.AboutYou {
					f.Chosen = append(f.Chosen, q.ID)
				}
			}
			in.Found[s.ID] = f
		}
		for j := range s.Answers {
			a := &s.Answers[j]
			a.Redacted = a.Text
			if q := c.Question(a.Question); !q.Themed || a.Text == "" {
				continue
			}
			letters[a.Text] = append(letters[a.Text], s.ID)
			for _, w := range words {
				at := strings.Index(a.Text, w)
				if at < 0 {
					continue
				}
				in.Placements = append(in.Placements, models.Placement{Theme: "t-" + w, Submission: s.ID, Question: a.Question})
				if s.Allows(models.ConsentQuote) && i%9 == 0 {
					passage := []rune(a.Text)
					sum := sha256.Sum256([]byte(string(passage)))
					in.Quotes = append(in.Quotes, models.Quote{Theme: "t-" + w, Submission: s.ID, Question: a.Question, Start: 0, End: len(passage), SHA256: hex.EncodeToString(sum[:])})
				}
			}
		}
	}
	for text, members := range letters {
		if len(members) > 12 && len(in.Campaigns) == 0 {
			in.Campaigns = append(in.Campaigns, models.Campaign{ID: "letter", Template: text, Members: members})
		}
	}
	return in
}

func copied(t *testing.T, r *models.Report) *models.Report {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var out models.Report
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

// read is a figure as it is written: 38, <10, and – or x for one not shown.
func read(s string) models.Figure {
	s = strings.Trim(s, " \n\u2068\u2069")
	if n, err := strconv.Atoi(s); err == nil {
		return models.Figure{Value: n}
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(s, "<")); err == nil {
		return models.Figure{Masked: true, Threshold: n}
	}
	return models.Figure{Masked: true}
}

func readCSV(t *testing.T, file []byte, r *models.Report) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]models.Figure{}
	for _, row := range rows {
		at[row[0]+"|"+row[1]+"|"+strings.TrimPrefix(row[3], "'")] = read(row[4])
	}
	get := func(f *models.Figure, section, id, group string) {
		got, ok := at[section+"|"+id+"|"+group]
		if !ok {
			t.Fatalf("the CSV has no row %s, %s, %s", section, id, group)
		}
		*f = got
	}
	for i := range r.Groups {
		get(&r.Groups[i].Count, "responses", r.Groups[i].ID, r.Groups[i].Name)
	}
	for i := range r.Channels {
		get(&r.Channels[i].Count, "channel", r.Channels[i].ID, "")
	}
	for i := range r.Questions {
		q := &r.Questions[i]
		get(&q.Base, "question", q.ID, "")
		for j := range q.Groups {
			get(&q.Groups[j].Count, "question", q.ID, q.Groups[j].Name)
		}
		for j := range q.Options {
			o := &q.Options[j]
			get(&o.Count, "option", q.ID+"."+o.ID, "")
			for k := range o.Groups {
				get(&o.Groups[k], "option", q.ID+"."+o.ID, q.Groups[k].Name)
			}
		}
	}
	for i := range r.Themes {
		th := &r.Themes[i]
		get(&th.Count, "theme", th.ID, "")
		for j := range th.Groups {
			get(&th.Groups[j].Count, "theme", th.ID, th.Groups[j].Name)
		}
		for j := range th.Stances {
			group := th.Stances[j].ID
			if group == "" {
				group = "not given"
			}
			get(&th.Stances[j].Count, "theme by position", th.ID, group)
		}
	}
	for i := range r.Without {
		w := &r.Without[i]
		get(&w.With, "with letters", w.Question, "")
		get(&w.Without, "without letters", w.Question, "")
		for j := range w.Options {
			get(&w.Options[j].With, "with letters", w.Question+"."+w.Options[j].ID, "")
			get(&w.Options[j].Without, "without letters", w.Question+"."+w.Options[j].ID, "")
		}
	}
	for i := range r.ByArea {
		a := &r.ByArea[i]
		for j := range a.Areas {
			get(&a.Areas[j].Count, "question by area", a.Question, a.Areas[j].Name)
			for k := range a.Options {
				get(&a.Options[k].Areas[j].Count, "option by area", a.Question+"."+a.Options[k].ID, a.Areas[j].Name)
			}
		}
	}
}

// readBook reads the figures from the sheets of a workbook, which are in the order
// of the report.
func readBook(t *testing.T, file []byte, r *models.Report) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	part := func(name string, into any) {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := xml.NewDecoder(f).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
		} `xml:"sheets>sheet"`
	}
	part("xl/workbook.xml", &book)
	counts := map[string][]models.Figure{} // by sheet and column
	for i, sheet := range book.Sheets {
		var s struct {
			Rows []struct {
				Cells []struct {
					At    string `xml:"r,attr"`
					Value string `xml:"v"`
					Text  string `xml:"is>t"`
				} `xml:"c"`
			} `xml:"sheetData>row"`
		}
		part(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), &s)
		columns := map[string]string{}
		for j, row := range s.Rows {
			for _, cell := range row.Cells {
				if letter := strings.TrimRight(cell.At, "0123456789"); j == 0 {
					columns[letter] = cell.Text
				} else if key := sheet.Name + " " + columns[letter]; columns[letter] != "" {
					counts[key] = append(counts[key], read(cell.Value+cell.Text))
				}
			}
		}
	}
	next := func(f *models.Figure, sheet string) {
		if len(counts[sheet]) == 0 {
			t.Fatalf("the workbook has too few rows of %s", sheet)
		}
		*f, counts[sheet] = counts[sheet][0], counts[sheet][1:]
	}
	for i := range r.Groups {
		next(&r.Groups[i].Count, "groups count")
	}
	for i := range r.Channels {
		next(&r.Channels[i].Count, "channels count")
	}
	for i := range r.Questions {
		q := &r.Questions[i]
		next(&q.Base, "questions base")
		for j := range q.Groups {
			next(&q.Groups[j].Count, "questions.groups count")
		}
		for j := range q.Options {
			next(&q.Options[j].Count, "questions.options count")
			for k := range q.Options[j].Groups {
				next(&q.Options[j].Groups[k], "questions.options.groups count")
			}
		}
	}
	for i := range r.Themes {
		th := &r.Themes[i]
		next(&th.Count, "themes count")
		for j := range th.Groups {
			next(&th.Groups[j].Count, "themes.groups count")
		}
		for j := range th.Stances {
			next(&th.Stances[j].Count, "themes.stances count")
		}
	}
	for i := range r.Without {
		w := &r.Without[i]
		next(&w.With, "without_letters with")
		next(&w.Without, "without_letters without")
		for j := range w.Options {
			next(&w.Options[j].With, "without_letters.options with")
			next(&w.Options[j].Without, "without_letters.options without")
		}
	}
	for i := range r.ByArea {
		a := &r.ByArea[i]
		for j := range a.Areas {
			next(&a.Areas[j].Count, "by_area.areas count")
		}
		for j := range a.Options {
			for k := range a.Options[j].Areas {
				next(&a.Options[j].Areas[k].Count, "by_area.options.areas count")
			}
		}
	}
}

// cellsOfPage is what stands in the cells of the tables of a page, cellsOfWord in
// those of a document, without white space and the marks of direction.
func cellsOfPage(t *testing.T, page []byte) (cells []string) {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	doc.Find("table svg, table .screen").Remove()
	doc.Find("main table tr > *").Each(func(_ int, cell *goquery.Selection) { cells = append(cells, bare(cell.Text())) })
	return cells
}

func cellsOfWord(t *testing.T, file []byte) (cells []string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in bool
	var cell strings.Builder
	for d := xml.NewDecoder(f); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return cells
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			in = in || token.Name.Local == "tc"
		case xml.EndElement:
			if token.Name.Local == "tc" {
				cells = append(cells, bare(cell.String()))
				cell.Reset()
				in = false
			}
		case xml.CharData:
			if in {
				cell.Write(token)
			}
		}
	}
}

func bare(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || c >= 0x2066 && c <= 0x2069 {
			return -1
		}
		return c
	}, s)
}

var number = regexp.MustCompile(`\d+`)

// readPage reads the figures from the text of the page. Of columns that it leaves
// out it says nothing.
func readPage(t *testing.T, page []byte, r *models.Report) {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	cells := func(row *goquery.Selection) []string {
		return row.Find("td").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	}
	who := doc.Find("#who ~ table")
	who.Eq(0).Find("tbody tr").Each(func(i int, row *goquery.Selection) { r.Groups[i].Count = read(cells(row)[0]) })
	who.Eq(1).Find("tbody tr").Each(func(i int, row *goquery.Selection) { r.Channels[i].Count = read(cells(row)[0]) })
	for i := range r.Questions {
		q := &r.Questions[i]
		table := doc.Find("[aria-labelledby=q-" + q.ID + "] table")
		column := map[string]int{}
		table.Find("thead th").Each(func(j int, th *goquery.Selection) { column[strings.TrimSpace(th.Text())] = j - 1 })
		foot := cells(table.Find("tfoot tr"))
		table.Find("tbody tr").Each(func(j int, row *goquery.Selection) {
			o, td := &q.Options[j], cells(row)
			o.Count = read(td[0])
			for k, g := range q.Groups {
				o.Groups[k] = models.Figure{Masked: true}
				if at, ok := column[g.Name]; ok {
					o.Groups[k] = read(td[at])
				}
			}
		})
		for k, g := range q.Groups {
			if at, ok := column[g.Name]; ok && len(foot) > at {
				q.Groups[k].Count = read(foot[at])
			}
		}
	}
	for i := range r.ByArea {
		a := &r.ByArea[i]
		table := doc.Find("[aria-labelledby=area-" + a.Question + "] table")
		column := map[string]int{}
		table.Find("thead th").Each(func(j int, th *goquery.Selection) { column[strings.TrimSpace(th.Text())] = j - 1 })
		foot := cells(table.Find("tfoot tr"))
		for j := range a.Areas {
			at, shown := column[a.Areas[j].Name]
			a.Areas[j].Count = models.Figure{Masked: true}
			if shown {
				a.Areas[j].Count = read(foot[at])
			} else if said := doc.Find("[aria-labelledby=area-" + a.Question + "] + p, #area-" + a.Question + " + p + p").Text(); said != "" {
				_, after, ok := strings.Cut(said, a.Areas[j].Name+" (")
				if !ok {
					t.Fatalf("question %s passes %s over: %q", a.Question, a.Areas[j].Name, said)
				}
				before, _, _ := strings.Cut(after, ")")
				a.Areas[j].Count = read(before)
			}
			for k := range a.Options {
				a.Options[k].Areas[j].Count = models.Figure{Masked: true}
			}
		}
		table.Find("tbody tr").Each(func(k int, row *goquery.Selection) {
			for j, td := 0, cells(row); j < len(a.Areas); j++ {
				if at, shown := column[a.Areas[j].Name]; shown {
					a.Options[k].Areas[j].Count = read(td[at])
				}
			}
		})
	}
	for i := range r.Themes {
		th := &r.Themes[i]
		article := doc.Find("#theme-" + th.ID)
		figures := article.Find("details p").First().Text()
		for j := range th.Groups {
			_, after, ok := strings.Cut(figures, th.Groups[j].Name+": ")
			if !ok {
				t.Fatalf("theme %s says nothing of %s: %q", th.ID, th.Groups[j].Name, figures)
			}
			th.Groups[j].Count = read(strings.TrimRight(strings.FieldsFunc(after, func(r rune) bool { return r == ';' || r == '.' || r == ' ' })[0], ";. "))
		}
		// Whatever number stands in the paragraph, outside of quotes and ids, is a
		// figure that is shown of the theme.
		article.Find("p.summary q, p.summary small").Remove()
		known := map[string]bool{strconv.Itoa(r.RollCall.Submissions): true, "10": true, "5": true}
		for _, f := range append(append([]models.GroupFigure{{Count: th.Count}}, th.Groups...), th.Stances...) {
			if !f.Count.Masked {
				known[strconv.Itoa(f.Count.Value)] = true
			}
		}
		for _, n := range number.FindAllString(article.Find("p.summary").Text(), -1) {
			if !known[n] {
				t.Errorf("the summary of %s states %s, which is no figure of it", th.ID, n)
			}
		}
	}
}

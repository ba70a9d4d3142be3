package web

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"heard/models"
)

// Limits of what is read from a request, in bytes.
const (
	maxForm     = 1 << 20
	maxFile     = models.MaxConsultationFile*3 + 4096 // a consultation file, percent-encoded
	maxKeyed    = models.MaxTextLength*12 + maxForm   // a form with words as long as can be kept, percent-encoded
	maxFormKeys = 1000
)

// form reads a posted form. More than limit bytes is refused before it is
// taken in; fields are decoded only, their rules are elsewhere.
func (req *request) form(limit int64) (url.Values, error) {
	r := req.Request()
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
		// Anything else would be read as a form without fields, and take an
		// answer away.
		return nil, models.NewError(models.KindInvalid, "This is not a form of this page, so it was not read. Nothing was changed.")
	}
	r.Body = http.MaxBytesReader(req.Response(), r.Body, limit)
	if err := r.ParseForm(); err != nil {
		if e := (*http.MaxBytesError)(nil); errors.As(err, &e) {
			return nil, err
		}
		return nil, models.NewError(models.KindInvalid, "The form could not be read. Go back and send it again.")
	}
	if len(r.PostForm) > maxFormKeys {
		return nil, models.NewError(models.KindTooLarge, "The form has more fields than this page accepts. Nothing was saved.")
	}
	return r.PostForm, nil
}

// posted returns the consultation that the address names and the form that was
// posted to it.
func (p *portal) posted(req *request, limit int64) (*models.Consultation, url.Values, error) {
	c, err := p.consultation(req)
	if err != nil {
		return nil, nil, err
	}
	form, err := req.form(limit)
	return c, form, err
}

// given decodes the answer to one question. ranks is what was typed for each
// option of a ranking. A fault is one that could not be told from the answer
// alone: a place that two options were given.
func given(form url.Values, q *models.Question) (g models.Given, ranks map[string]string, fault models.Fault) {
	for _, o := range form["answer"] {
		if o != "" {
			g.Options = append(g.Options, o)
		}
	}
	switch q.Type {
	case models.TypeDate:
		g.Text = date(form.Get("year"), form.Get("month"), form.Get("day"))
	case models.TypeNumber:
		g.Text = number(form.Get("text"))
	case models.TypeRanking:
		var order []string
		order, ranks, fault = ranking(form, q)
		g.Options = append(order, g.Options...)
	case models.TypeLongText:
		g.Text = models.CleanText(form.Get("text"))
	default:
		// The page has one line for it, and would run the words of two together.
		g.Text = strings.ReplaceAll(models.CleanText(form.Get("text")), "\n", " ")
	}
	return g, ranks, fault
}

// grouped is a number with marks between its groups of digits: 12,000 or
// 1 20 000. A comma before any other count of digits may stand for a fraction,
// so it is left for the question to refuse.
var grouped = regexp.MustCompile(`^[+-]?\d{1,3}(?:[ ,\x{a0}\x{202f}\x{66c}]\d{2,3})*[ ,\x{a0}\x{202f}\x{66c}]\d{3}$`)

// number takes the marks between groups of digits away. What is no number stays
// as it is, for the question to refuse and the page to show again.
func number(typed string) string {
	s := figures(models.CleanText(typed))
	if grouped.MatchString(s) {
		s = strings.NewReplacer(" ", "", ",", "", "\u00a0", "", "\u202f", "", "\u066c", "").Replace(s)
	}
	return s
}

// figures turns the digits of other scripts, such as ۲۷ and ২৭, into 27. Unicode
// has each script's ten digits side by side, in order (category Nd).
func figures(s string) string {
	return strings.Map(func(r rune) rune {
		for _, digits := range unicode.Nd.R16 {
			if rune(digits.Lo) <= r && r <= rune(digits.Hi) {
				return '0' + (r-rune(digits.Lo))%10
			}
		}
		for _, digits := range unicode.Nd.R32 {
			if rune(digits.Lo) <= r && r <= rune(digits.Hi) {
				return '0' + (r-rune(digits.Lo))%10
			}
		}
		return r
	}, s)
}

// date puts the parts of a date together as YYYY-MM-DD. What is no number stays
// as it is, for the question to refuse and the page to show again.
func date(year, month, day string) string {
	part := func(s string, digits int) string {
		s = strings.TrimSpace(strings.ReplaceAll(figures(models.CleanText(s)), "-", ""))
		if n, err := strconv.Atoi(s); err == nil && n >= 0 && len(s) <= digits {
			return fmt.Sprintf("%0*d", digits, n)
		}
		return s
	}
	// A year of two figures is not filled up: nobody means the year 26.
	y, m, d := part(year, 0), part(month, 2), part(day, 2)
	if y == "" && m == "" && d == "" {
		return ""
	}
	return y + "-" + m + "-" + d
}

// ranking returns the options in the order of the numbers they were given.
// Options without a number are left out.
func ranking(form url.Values, q *models.Question) (order []string, ranks map[string]string, fault models.Fault) {
	type place struct {
		option string
		number int
	}
	var places []place
	ranks = map[string]string{}
	ranked := q.Ranked()
	for _, o := range ranked {
		typed := strings.TrimSpace(form.Get("rank-" + o.ID))
		if typed == "" {
			continue
		}
		ranks[o.ID] = typed
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > len(ranked) {
			fault = models.Fault{Code: "answer.shown", Message: "Choose from the answers shown"}
			continue
		}
		if slices.ContainsFunc(places, func(p place) bool { return p.number == n }) {
			fault = models.Fault{Code: "answer.rank", Message: "Give each place to one answer only"}
		}
		places = append(places, place{o.ID, n})
	}
	slices.SortStableFunc(places, func(a, b place) int { return a.number - b.number })
	for _, p := range places {
		order = append(order, p.option)
	}
	return order, ranks, fault
}

package models

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Consultation is a public consultation defined as data: what is proposed, who
// is asked what and in what order. It is read from a YAML file that an officer
// writes (see ParseConsultation) and does not change while it is open.
type Consultation struct {
	Format          int              `yaml:"heard"` // version of this file format: 1
	ID              string           `yaml:"id"`    // neutral slug, the first part of every address
	Version         int              `yaml:"version"`
	Title           Text             `yaml:"title"`
	Council         Council          `yaml:"council"`
	Languages       []string         `yaml:"languages"` // the first is the one every wording must have
	TimeZone        string           `yaml:"time_zone"` // IANA name, Europe/London when empty
	Opens           LocalTime        `yaml:"opens"`
	Closes          LocalTime        `yaml:"closes"`
	Proposal        Proposal         `yaml:"proposal"`
	Confidentiality Text             `yaml:"confidentiality"` // the honest limits, shown on the start page
	Restrictions    []Restriction    `yaml:"restrictions"`
	Groups          []Group          `yaml:"groups"`
	Areas           []Area           `yaml:"areas"` // the named places that place questions offer
	Scales          map[string]Scale `yaml:"scales"`
	Paths           []Path           `yaml:"paths"`
	Questions       []Question       `yaml:"questions"`
	Equality        []Question       `yaml:"equality"` // asked after sending, kept apart with no key to the submission
	DefaultConsents []Consent        `yaml:"default_consents"`
	Help            []Signpost       `yaml:"help"`
	Formats         []OtherFormat    `yaml:"formats"`
	Cards           []Card           `yaml:"cards"`
	// GraceMinutes is how long after the closing time a response that was
	// started before it can still be sent.
	GraceMinutes int `yaml:"grace_minutes"`
	// Late says what becomes of paper that came after the end: LateCounted, also
	// when empty, or LateSetAside. It is the same for everybody, so it is settled
	// before anybody can answer.
	Late string `yaml:"late"`
	// Earlier are the ids of the consultations on this portal that this one continues:
	// the report sets the results of those whose report is public beside its own. It
	// is for an officer to say, before the end, which ones asked about the same.
	Earlier []string `yaml:"earlier"`
	// OfferResult lets people leave an e-mail address to be told the outcome.
	// Addresses are kept apart, with no key to any submission.
	OfferResult  bool                   `yaml:"offer_result"`
	Translations map[string]Translation `yaml:"translations"`
	Changes      []Change               `yaml:"changes"`  // what became different while people could answer
	Invented     bool                   `yaml:"invented"` // every page says that the submissions are made up

	Status   Status `yaml:"-"` // kept by the portal, not by the file
	ClosedOn string `yaml:"-"` // day it was closed, YYYY-MM-DD; "" until then
	Paused   bool   `yaml:"-"` // an officer has stopped it for a while; nobody can answer
}

// What becomes of responses on paper that came after the end.
const (
	LateCounted  = "counted"   // they count, and it is said how many they are
	LateSetAside = "set_aside" // they are kept and do not count
)

// Council is whose consultation it is and how to reach it.
type Council struct {
	Name    string `yaml:"name"`
	Email   string `yaml:"email"`
	Phone   string `yaml:"phone"`
	Address string `yaml:"address"`
	DPO     string `yaml:"dpo"` // how to reach the data protection officer
}

// Proposal is what people are consulted on. Reasons, evidence and rejected
// alternatives are needed for a fair consultation (R (Moseley) v Haringey
// [2014] UKSC 56).
type Proposal struct {
	Acts         []string      `yaml:"acts"` // make, extend, vary, discharge: Anti-social Behaviour, Crime and Policing Act 2014 ss.59–61
	Summary      Text          `yaml:"summary"`
	Why          Text          `yaml:"why"`
	Area         Text          `yaml:"area"`
	Evidence     []Text        `yaml:"evidence"`
	Alternatives []Alternative `yaml:"alternatives"`
	Decision     Decision      `yaml:"decision"`
	History      []Milestone   `yaml:"history"` // of the order, before this consultation
	// Expires is the last day of the order that is to be extended, varied or
	// discharged, YYYY-MM-DD; "" when there is none or it is not known.
	Expires string `yaml:"expires"`
}

// Alternative is an option considered and why it was not chosen.
type Alternative struct {
	Option Text `yaml:"option"`
	WhyNot Text `yaml:"why_not"`
}

// Milestone is a day in the history of an order: when it was made, extended or
// changed, or what people were asked then. Only the report tells it, in the first
// language.
type Milestone struct {
	Day    string `yaml:"day"` // YYYY-MM-DD
	What   string `yaml:"what"`
	Source string `yaml:"source"` // who says so, such as the minutes of a meeting
}

// Decision is who decides and when.
type Decision struct {
	Body Text   `yaml:"body"`
	When string `yaml:"when"` // YYYY-MM-DD
}

// Restriction is one rule of the proposed order.
type Restriction struct {
	ID   string `yaml:"id"`
	Text Text   `yaml:"text"`
	// Paraphrase marks wording that stands in for the exact text of the order
	// and must be replaced before a real consultation opens.
	Paraphrase bool `yaml:"paraphrase"`
}

// Group is a respondent group. Sensitive groups are small and at risk: counts
// about them are shown from 10 upwards, others from 5.
type Group struct {
	ID        string `yaml:"id"`
	Name      Text   `yaml:"name"`
	Sensitive bool   `yaml:"sensitive"`
	When      When   `yaml:"when"`
}

// Area is a named place. Nobody is asked for anything finer.
type Area struct {
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
}

// OtherFormat is another way to read or answer, such as Easy Read, large print,
// a video in British Sign Language or a recording.
type OtherFormat struct {
	Name Text   `yaml:"name"`
	URL  string `yaml:"url"` // where it is; "" when it has to be asked for
}

// Card is a neutral short link for outreach workers to hand out. It gives the
// first answers, so that nobody has to tick them on a screen that others see.
type Card struct {
	ID      string              `yaml:"id"`
	Answers map[string][]string `yaml:"answers"` // question id → option ids
}

// Given returns the answers that the card gives.
func (k *Card) Given() Answers {
	answers := Answers{}
	for question, options := range k.Answers {
		answers[question] = Given{Options: slices.Clone(options)}
	}
	return answers
}

// Scale is a list of options that several questions share.
type Scale []Option

// QuestionType is the kind of answer a question takes.
type QuestionType string

// The kinds of answer.
const (
	TypeInfo     QuestionType = "info"      // a page that asks nothing
	TypeChoice   QuestionType = "choice"    // one of the options
	TypeTicks    QuestionType = "ticks"     // any number of the options
	TypeText     QuestionType = "text"      // one line
	TypeLongText QuestionType = "long_text" // paragraphs
	TypeDate     QuestionType = "date"      // a day
	TypeNumber   QuestionType = "number"    // a whole number
	TypeRanking  QuestionType = "ranking"   // the options in the person's order
	TypePlace    QuestionType = "place"     // one of the consultation's areas, or of the options
	TypeFile     QuestionType = "file"      // attachments
)

var questionTypes = []QuestionType{TypeInfo, TypeChoice, TypeTicks, TypeText, TypeLongText, TypeDate, TypeNumber, TypeRanking, TypePlace, TypeFile}

// Longest texts accepted, in Unicode code points: when a question states no
// length, and the most that one may state.
const (
	DefaultTextLength     = 300
	DefaultLongTextLength = 20_000
	MaxTextLength         = 200_000
)

// Question is one step of the questionnaire.
type Question struct {
	ID   string       `yaml:"id"`
	Type QuestionType `yaml:"type"`
	Text Text         `yaml:"text"`
	Hint Text         `yaml:"hint"`
	Body Text         `yaml:"body"` // paragraphs of an info page
	// Options are what can be chosen or ranked. A question that is answered in
	// words, a date or a number may have some too, to be chosen instead of
	// answering it, such as "I'm not sure" and "Prefer not to say".
	Options     []Option `yaml:"options"`
	Scale       string   `yaml:"scale"` // takes its options from the consultation's scales
	MaxLength   int      `yaml:"max_length"`
	Min         *int     `yaml:"min"`      // smallest number
	Max         *int     `yaml:"max"`      // largest number
	Earliest    string   `yaml:"earliest"` // first day, YYYY-MM-DD
	Latest      string   `yaml:"latest"`   // last day, YYYY-MM-DD
	Required    bool     `yaml:"required"`
	OnlyIf      When     `yaml:"only_if"`
	Restriction string   `yaml:"restriction"` // the rule it asks about
	// Restrictions are the rules that the words are about, where there are several:
	// a question that asks why, after those about each rule.
	Restrictions []string `yaml:"restrictions"`
	Informs      string   `yaml:"informs"` // the limb of the legal test it informs
	// AboutYou says that it asks who is answering: it does not count as an answer to
	// the consultation. A place is then where the person belongs, their area.
	AboutYou  bool `yaml:"about_you"`
	Position  bool `yaml:"position"`  // the answer says whether the person is for or against the proposal
	Themed    bool `yaml:"themed"`    // the words are searched, themed and may be quoted
	Sensitive bool `yaml:"sensitive"` // never broken down by another attribute
	ByArea    bool `yaml:"by_area"`   // its results are also shown by the area where people belong
}

// Option is one answer that can be chosen.
type Option struct {
	ID      string    `yaml:"id"`
	Text    Text      `yaml:"text"`
	WriteIn bool      `yaml:"write_in"` // choosing it offers a line to write on
	Alone   bool      `yaml:"alone"`    // cannot be ticked together with another; in a ranking, is chosen instead of ranking
	Stance  string    `yaml:"stance"`   // for, against or unsure, in a position question or agree scale
	Grants  []Consent `yaml:"grants"`   // what choosing it allows
	// Confidential asks for confidence: whatever else was chosen then allows nothing,
	// and an officer looks at the reason that was written beside it.
	Confidential bool `yaml:"confidential"`
}

// Stances of an option.
const (
	StanceFor     = "for"
	StanceAgainst = "against"
	StanceUnsure  = "unsure"
)

// Consent is a use of a submission that its author may allow. Being counted is
// not among them: everybody is counted. Nor is being written to: those who want
// to be are on a list of their own that leads to no submission.
type Consent string

// The consents.
const (
	ConsentQuote   Consent = "quote"   // words may stand in the report
	ConsentPublish Consent = "publish" // the redacted answer may be published whole
	ConsentName    Consent = "name"    // the organisation's name may stand beside it
)

var consents = []Consent{ConsentQuote, ConsentPublish, ConsentName}

// Signpost is somewhere to get help. Entries carry their source and the day
// they were checked, because a wrong number can do harm.
type Signpost struct {
	Name    string `yaml:"name"`
	What    Text   `yaml:"what"`
	URL     string `yaml:"url"`
	Phone   string `yaml:"phone"`
	Source  string `yaml:"source"`
	Checked string `yaml:"checked"` // YYYY-MM-DD
}

// Status is how far a consultation has come. It only moves forward.
type Status string

// The states, in order.
const (
	StatusDraft     Status = "draft"     // being written; nobody can answer
	StatusOpen      Status = "open"      // between its dates people can answer
	StatusClosed    Status = "closed"    // no more answers; being read and coded
	StatusFrozen    Status = "frozen"    // the data of the report is fixed
	StatusPublished Status = "published" // the report is public
	StatusDecided   Status = "decided"   // the council has decided; the decision is public
	StatusOrdered   Status = "ordered"   // the order that was decided on has been made
	StatusInForce   Status = "in force"  // it is on the website and on signs
)

var statuses = []Status{StatusDraft, StatusOpen, StatusClosed, StatusFrozen, StatusPublished, StatusDecided, StatusOrdered, StatusInForce}

// Statuses returns every state, in order.
func Statuses() []Status { return slices.Clone(statuses) }

// Next returns the state that follows, and whether there is one.
func (s Status) Next() (Status, bool) {
	i := slices.Index(statuses, s)
	if i < 0 || i+1 == len(statuses) {
		return s, false
	}
	return statuses[i+1], true
}

// AtLeast reports whether s is the given state or a later one.
func (s Status) AtLeast(other Status) bool {
	return slices.Index(statuses, s) >= slices.Index(statuses, other)
}

// LocalTime is a wall-clock time in the consultation's time zone, written
// 2026-10-05 or 2026-12-14 23:59.
type LocalTime string

var localTimeForms = []string{"2006-01-02 15:04", "2006-01-02"}

// In returns the instant it stands for.
func (t LocalTime) In(zone *time.Location) (time.Time, error) {
	for _, form := range localTimeForms {
		if at, err := time.ParseInLocation(form, string(t), zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("cannot read the date %q: expected for example 2026-10-05 or 2026-12-14 23:59", string(t))
}

// Zone returns the consultation's time zone.
func (c *Consultation) Zone() (*time.Location, error) {
	name := c.TimeZone
	if name == "" {
		name = "Europe/London"
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %q: expected a name such as Europe/London", name)
	}
	return zone, nil
}

// Window returns when answers are accepted. The consultation is valid, so its
// dates can be read.
func (c *Consultation) Window() (opens, closes time.Time) {
	zone, err := c.Zone()
	if err != nil {
		zone = time.UTC
	}
	opens, _ = c.Opens.In(zone)
	closes, _ = c.Closes.In(zone)
	return opens, closes
}

// Ended returns the day from which no answers were taken: the planned one, or
// the day it was closed when that came first.
func (c *Consultation) Ended() (day string, early bool) {
	_, closes := c.Window()
	day = closes.Format(time.DateOnly)
	if c.ClosedOn != "" && c.ClosedOn < day {
		return c.ClosedOn, true
	}
	return day, false
}

// Accepting reports whether a response can be started at now.
func (c *Consultation) Accepting(now time.Time) bool {
	opens, closes := c.Window()
	return c.Status == StatusOpen && !c.Paused && !now.Before(opens) && now.Before(closes)
}

// Finishing reports whether a response that was started in time can still be
// sent at now: until the end of the grace that the consultation states. A pause
// does not stop it.
func (c *Consultation) Finishing(now time.Time) bool {
	opens, closes := c.Window()
	return c.Status == StatusOpen && !now.Before(opens) && now.Before(closes.Add(c.Grace()))
}

// Grace is how long after closing a response that was started can be sent.
func (c *Consultation) Grace() time.Duration { return time.Duration(c.GraceMinutes) * time.Minute }

// Question returns the question with the given id, nil when there is none.
func (c *Consultation) Question(id string) *Question {
	for i := range c.Questions {
		if c.Questions[i].ID == id {
			return &c.Questions[i]
		}
	}
	return nil
}

// Group returns the group with the given id, nil when there is none.
func (c *Consultation) Group(id string) *Group {
	for i := range c.Groups {
		if c.Groups[i].ID == id {
			return &c.Groups[i]
		}
	}
	return nil
}

// Restriction returns the restriction with the given id, nil when there is none.
func (c *Consultation) Restriction(id string) *Restriction {
	for i := range c.Restrictions {
		if c.Restrictions[i].ID == id {
			return &c.Restrictions[i]
		}
	}
	return nil
}

// Sensitive reports whether any of the groups is a sensitive one.
func (c *Consultation) Sensitive(groups []string) bool {
	return slices.ContainsFunc(groups, func(id string) bool {
		g := c.Group(id)
		return g != nil && g.Sensitive
	})
}

// PositionQuestion returns the question that says who is for and who against,
// nil when the consultation asks none.
func (c *Consultation) PositionQuestion() *Question {
	for i := range c.Questions {
		if c.Questions[i].Position {
			return &c.Questions[i]
		}
	}
	return nil
}

// StanceOf returns a person's own position (StanceFor, StanceAgainst or
// StanceUnsure) from their answer to the position question, "" when they gave
// none. It is never guessed from words.
func (c *Consultation) StanceOf(answers Answers) string {
	q := c.PositionQuestion()
	if q == nil {
		return ""
	}
	for _, chosen := range answers[q.ID].Options {
		if o := q.Option(chosen); o != nil {
			return o.Stance
		}
	}
	return ""
}

// AreaQuestion returns the question that says in which area a person belongs, nil
// when the consultation asks none.
func (c *Consultation) AreaQuestion() *Question {
	for i := range c.Questions {
		if q := &c.Questions[i]; q.Type == TypePlace && q.AboutYou {
			return q
		}
	}
	return nil
}

// AreaOf returns the area where a person says they belong, one of Areas, "" when
// they named none. Questions about where something happened do not say.
func (c *Consultation) AreaOf(s *Submission) string {
	for _, a := range s.Answers {
		q := c.Question(a.Question)
		if q == nil || q.Type != TypePlace || !q.AboutYou {
			continue
		}
		for _, area := range c.Areas {
			if slices.Contains(a.Options, area.ID) {
				return area.ID
			}
		}
	}
	return ""
}

// Card returns the outreach card with the given id, nil when there is none.
func (c *Consultation) Card(id string) *Card {
	for i := range c.Cards {
		if c.Cards[i].ID == id {
			return &c.Cards[i]
		}
	}
	return nil
}

// Closed reports whether the question is answered by choosing.
func (q *Question) Closed() bool {
	switch q.Type {
	case TypeChoice, TypeTicks, TypeRanking, TypePlace:
		return true
	}
	return false
}

// Single reports whether one option is chosen at most.
func (q *Question) Single() bool { return q.Type == TypeChoice || q.Type == TypePlace }

// Written reports whether the question is answered in words.
func (q *Question) Written() bool { return q.Type == TypeText || q.Type == TypeLongText }

// InWords reports whether what is written in answer to it is themed, and in the list
// of points heard once where it shares no theme: a question that is themed, and what
// is written beside a choice, such as the changes on which somebody agrees. Beside a
// choice about who answers, or how the answer may be used, nobody makes a point.
func (q *Question) InWords() bool {
	return q.Themed || q.Closed() && !q.AboutYou && !q.asksConsent() &&
		slices.ContainsFunc(q.Options, func(o Option) bool { return o.WriteIn && !o.Confidential })
}

// InWords returns what a submission says in words, with what was taken out of them
// taken out; see Question.InWords.
func (c *Consultation) InWords(s *Submission) []Answer {
	var out []Answer
	for _, a := range s.Answers {
		if q := c.Question(a.Question); q != nil && q.InWords() && strings.TrimSpace(a.Redacted) != "" {
			out = append(out, a)
		}
	}
	return out
}

// Option returns the option with the given id, nil when there is none.
func (q *Question) Option(id string) *Option {
	for i := range q.Options {
		if q.Options[i].ID == id {
			return &q.Options[i]
		}
	}
	return nil
}

// Limit returns the longest text accepted, in code points.
func (q *Question) Limit() int {
	switch {
	case q.MaxLength > 0:
		return q.MaxLength
	case q.Type == TypeLongText:
		return DefaultLongTextLength
	}
	return DefaultTextLength
}

// Concerns returns the rules that the question asks about.
func (q *Question) Concerns() []string {
	if q.Restriction != "" {
		return []string{q.Restriction}
	}
	return q.Restrictions
}

// Ranked returns the options of a ranking that are put in order; the others
// are chosen instead.
func (q *Question) Ranked() []Option {
	return slices.DeleteFunc(slices.Clone(q.Options), func(o Option) bool { return o.Alone })
}

func (q *Question) asksConsent() bool {
	return slices.ContainsFunc(q.Options, func(o Option) bool { return len(o.Grants) > 0 })
}

var (
	slugForm     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	questionForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,39}$`)
	optionForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,59}$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$`) // en-x-easy is English in Easy Read
)

// reservedSlugs are first parts of addresses that belong to the portal.
var reservedSlugs = []string{"staff", "static", "exit", "accessibility", "privacy", "healthz", "readyz", "api", "help", "favicon.ico", "robots.txt", "language", "safety", "feed"}

// reservedSteps are addresses of the form that no question may have.
var reservedSteps = []string{"check", "equality", "saved", "leave"}

// Validate checks the whole definition and returns every fault, each with the
// path of the key it is at. It expects the file's shorthands to be expanded
// (see ParseConsultation).
func (c *Consultation) Validate() error {
	v := &validation{}
	v.check(c.Format == 1, "heard", "expected 1, the version of this file format")
	v.check(slugForm.MatchString(c.ID) && len(c.ID) <= 60, "id", "expected lower-case letters, digits and hyphens, such as pspo-renewal")
	v.check(!slices.Contains(reservedSlugs, c.ID), "id", fmt.Sprintf("%q is the address of a page of the portal; choose another", c.ID))
	v.check(c.Version >= 1, "version", "expected a whole number from 1, raised with every change")
	v.check(c.Late == "" || c.Late == LateCounted || c.Late == LateSetAside, "late", "expected counted or set_aside")
	v.check(strings.TrimSpace(c.Council.Name) != "", "council.name", "expected the name of the council")
	v.check(len(c.Languages) > 0, "languages", "expected at least one language, such as [en]")
	for i, l := range c.Languages {
		v.check(languageForm.MatchString(l), at("languages", i), fmt.Sprintf("%q is not a language tag such as en or ro", l))
	}
	c.text(v, c.Title, "title", true)
	c.dates(v)
	c.proposal(v)
	c.changes(v)
	c.text(v, c.Confidentiality, "confidentiality", false)

	ids := map[string]string{}
	unique := func(key, id, kind string) {
		if first, ok := ids[kind+id]; ok {
			v.add(key, fmt.Sprintf("%s is already used at %s", id, first))
		}
		ids[kind+id] = key
	}
	for i, r := range c.Restrictions {
		key := at("restrictions", i)
		v.check(questionForm.MatchString(r.ID), key+".id", "expected an id such as R1")
		unique(key+".id", r.ID, "restriction ")
		c.text(v, r.Text, key+".text", true)
	}
	v.check(len(c.Groups) > 0, "groups", "expected at least one respondent group")
	for i, g := range c.Groups {
		key := at("groups", i)
		v.check(optionForm.MatchString(g.ID), key+".id", "expected lower-case letters, digits and underscores, such as resident")
		unique(key+".id", g.ID, "group ")
		c.text(v, g.Name, key+".name", true)
		c.when(v, g.When, key+".when", nil)
	}
	for i, a := range c.Areas {
		key := at("areas", i)
		v.check(optionForm.MatchString(a.ID), key+".id", "expected lower-case letters, digits and underscores, such as northgate")
		unique(key+".id", a.ID, "area ")
		c.text(v, a.Name, key+".name", true)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Scales)) {
		v.check(len(c.Scales[name]) >= 2, "scales."+name, "expected at least two options")
		c.options(v, c.Scales[name], "scales."+name, true)
	}
	v.check(len(c.Questions) > 0, "questions", "expected at least one question")
	positions := 0
	for i := range c.Questions {
		q, key := &c.Questions[i], at("questions", i)
		unique(key+".id", q.ID, "question ")
		c.question(v, q, key)
		if q.Position {
			positions++
			v.check(positions == 1, key+".position", "only one question can say who is for and who against")
		}
	}
	for i := range c.Equality {
		q, key := &c.Equality[i], at("equality", i)
		unique(key+".id", q.ID, "question ")
		c.question(v, q, key)
		v.check(q.Type == TypeChoice, key+".type", "expected choice: equality questions take one answer")
		v.check(len(q.OnlyIf) == 0, key+".only_if", "equality questions are kept apart, so they cannot depend on other answers")
	}
	c.paths(v, unique)
	for i, g := range c.DefaultConsents {
		v.check(slices.Contains(consents, g), at("default_consents", i), fmt.Sprintf("unknown consent %q: expected quote, publish or name", g))
	}
	for i, id := range c.Earlier {
		v.check(slugForm.MatchString(id) && id != c.ID && !slices.Contains(c.Earlier[:i], id), at("earlier", i), "expected the id of another consultation, each once, such as pspo-2023")
	}
	v.check(c.GraceMinutes >= 0 && c.GraceMinutes <= 24*60, "grace_minutes", "expected minutes, from 0 to 1440")
	for i, f := range c.Formats {
		key := at("formats", i)
		c.text(v, f.Name, key+".name", true)
		v.check(f.URL == "" || isWebAddress(f.URL), key+".url", "expected an address that begins with https://")
	}
	for i, k := range c.Cards {
		key := at("cards", i)
		v.check(slugForm.MatchString(k.ID), key+".id", "expected lower-case letters, digits and hyphens: the card shows it, so it must not say what the card is about")
		unique(key+".id", k.ID, "card ")
		c.card(v, &c.Cards[i], key)
	}
	c.translations(v)
	for i, s := range c.Help {
		key := at("help", i)
		v.check(s.Name != "", key+".name", "expected the name of the service")
		v.check(s.URL != "" || s.Phone != "", key, "expected a url or a phone number")
		if s.URL != "" {
			v.check(isWebAddress(s.URL), key+".url", "expected an address that begins with https://")
		}
		v.check(s.Source != "", key+".source", "expected where the entry comes from")
		v.check(isDay(s.Checked), key+".checked", "expected the day it was last checked, as YYYY-MM-DD")
	}
	return v.err("The consultation file has faults.")
}

func (c *Consultation) dates(v *validation) {
	zone, err := c.Zone()
	if err != nil {
		v.add("time_zone", err.Error())
		zone = time.UTC
	}
	opens, err := c.Opens.In(zone)
	if err != nil {
		v.add("opens", err.Error())
	}
	closes, err2 := c.Closes.In(zone)
	if err2 != nil {
		v.add("closes", err2.Error())
	}
	if err == nil && err2 == nil {
		v.check(opens.Before(closes), "closes", "expected a time after opens")
	}
	if d := c.Proposal.Decision.When; d != "" {
		v.check(isDay(d), "proposal.decision.when", "expected a day as YYYY-MM-DD")
	}
	if d := c.Proposal.Expires; d != "" {
		v.check(isDay(d), "proposal.expires", "expected the last day of the order as YYYY-MM-DD")
	}
}

var legalActs = []string{"make", "extend", "vary", "discharge"}

func (c *Consultation) proposal(v *validation) {
	p := c.Proposal
	for i, a := range p.Acts {
		v.check(slices.Contains(legalActs, a), at("proposal.acts", i), fmt.Sprintf("unknown act %q: expected make, extend, vary or discharge", a))
	}
	c.text(v, p.Summary, "proposal.summary", true)
	c.text(v, p.Why, "proposal.why", false)
	c.text(v, p.Area, "proposal.area", false)
	for i, e := range p.Evidence {
		c.text(v, e, at("proposal.evidence", i), true)
	}
	for i, a := range p.Alternatives {
		c.text(v, a.Option, at("proposal.alternatives", i)+".option", true)
		c.text(v, a.WhyNot, at("proposal.alternatives", i)+".why_not", true)
	}
	opens, _ := c.Window()
	for i, m := range p.History {
		key := at("proposal.history", i)
		v.check(isDay(m.Day), key+".day", "expected a day as YYYY-MM-DD")
		v.check(!isDay(m.Day) || opens.IsZero() || m.Day <= opens.Format(time.DateOnly), key+".day", "expected no day after the consultation opens: what comes then is told by itself")
		v.check(strings.TrimSpace(m.What) != "", key+".what", "expected what happened on that day")
		v.check(strings.TrimSpace(m.Source) != "", key+".source", "expected where this is known from")
	}
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

// card checks that the answers a card gives are answers that could have been
// given, in an order in which they would be asked.
func (c *Consultation) card(v *validation, k *Card, key string) {
	v.check(len(k.Answers) > 0, key+".answers", "expected the answers that the card gives, by question")
	given := k.Given()
	for _, id := range slices.Sorted(maps.Keys(given)) {
		if q := c.Question(id); q == nil {
			v.add(key+".answers", fmt.Sprintf("there is no question %q", id))
		} else if fault := q.Check(given[id]); fault.Code != "" || given[id].Empty() {
			v.add(key+".answers", fmt.Sprintf("%s: expected options of this question", id))
		}
	}
	if len(c.Paths) > 0 && len(v.fields) == 0 {
		_, dropped := c.Prune(given)
		for _, id := range dropped {
			v.add(key+".answers", fmt.Sprintf("%s is not asked of somebody with these answers", id))
		}
	}
}

func (c *Consultation) question(v *validation, q *Question, key string) {
	v.check(questionForm.MatchString(q.ID), key+".id", "expected a letter followed by letters, digits or underscores, such as C1")
	v.check(!slices.Contains(reservedSteps, q.ID), key+".id", fmt.Sprintf("%q is the address of a page of the form; choose another", q.ID))
	names := make([]string, len(questionTypes))
	for i, t := range questionTypes {
		names[i] = string(t)
	}
	v.check(slices.Contains(questionTypes, q.Type), key+".type", fmt.Sprintf("unknown type %q: expected one of %s", q.Type, strings.Join(names, ", ")))
	c.text(v, q.Text, key+".text", true)
	c.text(v, q.Hint, key+".hint", false)
	c.text(v, q.Body, key+".body", false)
	switch q.Type {
	case TypeChoice, TypeTicks:
		v.check(len(q.Options) >= 2 || q.Scale != "", key+".options", "expected at least two options, or a scale")
	case TypeRanking:
		v.check(len(q.Ranked()) >= 2, key+".options", "expected at least two options to put in order")
	case TypePlace:
		v.check(len(c.Areas) > 0, key+".type", "expected areas in the consultation to choose from")
	case TypeInfo, TypeFile:
		v.check(len(q.Options) == 0, key+".options", fmt.Sprintf("a question of type %s has no options", q.Type))
	default:
		for i, o := range q.Options {
			v.check(!o.WriteIn, at(key+".options", i)+".write_in", "this option is chosen instead of answering, so nothing is written beside it")
		}
	}
	v.check((q.Min == nil && q.Max == nil) || q.Type == TypeNumber, key+".min", "only a number has a smallest and a largest")
	v.check(q.Min == nil || q.Max == nil || *q.Min <= *q.Max, key+".max", "expected no less than min")
	v.check((q.Earliest == "" && q.Latest == "") || q.Type == TypeDate, key+".earliest", "only a date has a first and a last day")
	v.check(q.Earliest == "" || isDay(q.Earliest), key+".earliest", "expected a day as YYYY-MM-DD")
	v.check(q.Latest == "" || isDay(q.Latest), key+".latest", "expected a day as YYYY-MM-DD")
	v.check(q.Earliest == "" || q.Latest == "" || q.Earliest <= q.Latest, key+".latest", "expected no day before earliest")
	v.check(q.MaxLength >= 0 && q.MaxLength <= MaxTextLength, key+".max_length", fmt.Sprintf("expected at most %d", MaxTextLength))
	v.check(q.MaxLength == 0 || q.Written(), key+".max_length", "only text and long_text have a length")
	v.check(!q.Themed || q.Written(), key+".themed", "only text and long_text can be themed")
	v.check(!q.Position || q.Type == TypeChoice, key+".position", "expected a question of type choice")
	if q.ByArea {
		where := c.AreaQuestion()
		shown := q.Closed() && !q.AboutYou && !q.Sensitive
		v.check(shown, key+".by_area", "only a question that is answered by choosing, is not about who answers and is not sensitive is shown by area")
		v.check(!shown || where != nil && !where.Sensitive, key+".by_area", "expected a question of type place with about_you, which is not sensitive")
	}
	v.check(!q.Required || q.Type != TypeInfo, key+".required", "an info page asks nothing")
	if q.Restriction != "" {
		v.check(c.Restriction(q.Restriction) != nil, key+".restriction", fmt.Sprintf("there is no restriction %q", q.Restriction))
	}
	v.check(q.Restriction == "" || len(q.Restrictions) == 0, key+".restrictions", "expected either restriction or restrictions")
	v.check(len(q.Restrictions) == 0 || q.Written(), key+".restrictions", "only text and long_text can be about several; name the one in restriction")
	for i, id := range q.Restrictions {
		v.check(c.Restriction(id) != nil, at(key+".restrictions", i), fmt.Sprintf("there is no restriction %q", id))
		v.check(!slices.Contains(q.Restrictions[:i], id), at(key+".restrictions", i), fmt.Sprintf("%s is named twice", id))
	}
	if q.Scale == "" { // a scale is checked once, where it stands
		c.options(v, q.Options, key+".options", q.Type == TypeTicks || q.Type == TypeRanking)
	}
	c.when(v, q.OnlyIf, key+".only_if", nil)
}

func (c *Consultation) options(v *validation, options []Option, key string, many bool) {
	seen := map[string]bool{}
	for i, o := range options {
		okey := at(key, i)
		v.check(optionForm.MatchString(o.ID), okey+".id", "expected lower-case letters, digits and underscores, such as strongly_agree")
		v.check(!seen[o.ID], okey+".id", fmt.Sprintf("%s is used twice in this list of options", o.ID))
		seen[o.ID] = true
		c.text(v, o.Text, okey+".text", true)
		v.check(o.Stance == "" || o.Stance == StanceFor || o.Stance == StanceAgainst || o.Stance == StanceUnsure, okey+".stance", "expected for, against or unsure")
		v.check(!o.Alone || many, okey+".alone", "only an option of a ticks question can stand alone")
		v.check(!o.Confidential || len(o.Grants) == 0, okey+".confidential", "an option that asks for confidence grants nothing")
		for _, g := range o.Grants {
			v.check(slices.Contains(consents, g), okey+".grants", fmt.Sprintf("unknown consent %q: expected quote, publish or name", g))
		}
	}
}

func (c *Consultation) paths(v *validation, unique func(key, id, kind string)) {
	v.check(len(c.Paths) > 0, "paths", "expected at least one path")
	asked := map[string]bool{}
	for i, p := range c.Paths {
		key := at("paths", i)
		v.check(optionForm.MatchString(p.ID), key+".id", "expected lower-case letters, digits and underscores, such as person")
		unique(key+".id", p.ID, "path ")
		if i == len(c.Paths)-1 {
			v.check(len(p.When) == 0, key+".when", "the last path is for everybody else, so it has no condition")
		} else {
			v.check(len(p.When) > 0, key+".when", "only the last path may go without a condition: the paths after this one could never be taken")
		}
		v.check(len(p.Ask) > 0, key+".ask", "expected the ids of the questions, in order")
		v.check(!p.Quiet || !p.Organisation, key+".organisation", "a quiet path is for people, and never opens what was sent again")
		v.check(!p.Quiet || !p.Equality, key+".equality", "a quiet path asks no equality questions")
		v.check(!p.Equality || len(c.Equality) > 0, key+".equality", "expected equality questions in the consultation")
		here := map[string]bool{}
		for j, id := range p.Ask {
			q := c.Question(id)
			if q == nil {
				v.add(at(key+".ask", j), fmt.Sprintf("there is no question %q", id))
				continue
			}
			v.check(!here[id], at(key+".ask", j), fmt.Sprintf("%s is asked twice on this path", id))
			v.check(!p.Quiet || !q.AboutYou || q.Type != TypePlace, at(key+".ask", j), "a quiet path is for people who may be watched, so it never asks where they belong")
			c.asksOnlyBack(v, q.OnlyIf, here, at(key+".ask", j), id)
			here[id], asked[id] = true, true
		}
		// A path must ask what its own condition looks at; otherwise taking
		// the path would drop the very answer that led to it.
		c.when(v, p.When, key+".when", here)
	}
	for i, q := range c.Questions {
		if !asked[q.ID] {
			v.add(at("questions", i)+".id", fmt.Sprintf("%s is on no path, so nobody would be asked it", q.ID))
		}
	}
}

func (c *Consultation) asksOnlyBack(v *validation, w When, before map[string]bool, key, id string) {
	for _, rule := range w {
		for _, clause := range rule {
			v.check(before[clause.Question], key, fmt.Sprintf("%s depends on %s, which this path does not ask before it", id, clause.Question))
		}
	}
}

// when checks that a condition names questions and options that exist and,
// when on is given, that they are among the questions of the path.
func (c *Consultation) when(v *validation, w When, key string, on map[string]bool) {
	for _, rule := range w {
		for _, clause := range rule {
			q := c.Question(clause.Question)
			switch {
			case q == nil:
				v.add(key, fmt.Sprintf("there is no question %q", clause.Question))
			case q.Type == TypeRanking:
				v.add(key, fmt.Sprintf("%s is a ranking, which no condition can look at", clause.Question))
			case !q.Closed():
				v.add(key, fmt.Sprintf("%s has no options to compare with", clause.Question))
			default:
				for _, o := range clause.Options {
					v.check(q.Option(o) != nil, key, fmt.Sprintf("question %s has no option %q", clause.Question, o))
				}
				v.check(on == nil || on[clause.Question], key, fmt.Sprintf("the path must ask %s, because its condition looks at it", clause.Question))
			}
		}
	}
}

func (c *Consultation) text(v *validation, t Text, key string, required bool) {
	if t.Empty() {
		v.check(!required, key, "expected some wording")
		return
	}
	if len(c.Languages) == 0 {
		return // one fault, reported at languages, not one for every wording
	}
	v.check(strings.TrimSpace(t[c.Languages[0]]) != "", key, fmt.Sprintf("expected wording in %s, the first language", c.Languages[0]))
	for _, l := range slices.Sorted(maps.Keys(t)) {
		v.check(slices.Contains(c.Languages, l), key+"."+l, fmt.Sprintf("wording in %q, which is not among the languages", l))
	}
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func at(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// validation gathers every fault before anything is refused.
type validation struct{ fields []FieldError }

func (v *validation) add(field, message string) {
	v.fields = append(v.fields, FieldError{Field: field, Message: message})
}

func (v *validation) fault(field string, f Fault) {
	v.fields = append(v.fields, f.at(field))
}

func (v *validation) check(ok bool, field, message string) {
	if !ok {
		v.add(field, message)
	}
}

func (v *validation) err(message string) error {
	if len(v.fields) == 0 {
		return nil
	}
	return &Error{Kind: KindInvalid, Message: message, Fields: v.fields}
}

package consult

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"sync"
	"time"

	"heard/models"
)

// How a flood of made-up responses is told apart without knowing who sends
// them. Nobody is ever refused: everything is stored, receipted and counted,
// and what looks made up is marked for a person to decide on.
const (
	shortest    = 5 * time.Second // nobody reads and answers faster
	atRest      = 60              // sendings a minute, over the whole portal, that ask no work of anybody
	busyWork    = 16              // bits of work asked of browsers above that: some seconds on an old phone
	floodedWork = 18              // and above five times that
)

// Proof is what the browser sends beside a response.
type Proof struct {
	Token string // from Challenge: ties the page that was sent from to its draft
	Work  string // a number that Challenge's work asks for; needs a script
	Trap  string // a field that people do not see
}

// Challenge returns the token of a draft's last page. While very many
// responses come in, it asks for work: a number n for which SHA-256 of
// "token:n" begins with as many zero bits as the token ends with ("….16"). At
// rest that is 0. Browsers without scripts send without it.
func (s *Service) Challenge(key DraftKey) string {
	return s.token(key, s.pace.work(s.now()))
}

// token needs the portal's secret, so that a program cannot make one that asks
// no work of it.
func (s *Service) token(key DraftKey, work int) string {
	m := hmac.New(sha256.New, s.pepper)
	m.Write([]byte("form\x00"))
	m.Write(key.derive(fmt.Sprintf("form/%d", work), 16))
	return fmt.Sprintf("%s.%d", hex.EncodeToString(m.Sum(nil)[:12]), work)
}

// Belongs reports whether a token was handed out for the draft under key. A page
// that was left open and belongs to another response shows other answers than
// would be sent.
func (s *Service) Belongs(key DraftKey, t string) bool {
	_, ok := s.workOf(key, t)
	return ok
}

func (s *Service) workOf(key DraftKey, t string) (work int, ok bool) {
	_, end, _ := strings.Cut(t, ".")
	work, err := strconv.Atoi(end)
	return work, err == nil && key != nil && work >= 0 && work <= 64 && t == s.token(key, work)
}

// judge returns why a person should look at a response that is being sent.
func (s *Service) judge(key DraftKey, d *Draft, p Proof) []models.Attention {
	var why []models.Attention
	if p.Trap != "" {
		why = append(why, models.AttentionHoneypot)
	}
	// A correction may begin with what was sent, and be short work. A clock that was
	// put back since tells nothing.
	if took := s.now().Sub(d.Started); d.Replaces == "" && took >= 0 && took < shortest {
		why = append(why, models.AttentionHurried)
	}
	if work, _ := s.workOf(key, p.Token); work > 0 && !worked(p.Token, p.Work, work) {
		why = append(why, models.AttentionUnworked)
	}
	return why
}

// glance is how long people look at a page at least before they send from it.
const glance = 2 * time.Second

// Opened returns a token for a page from which a response is begun or somebody signs
// in. It says when the page was opened, to the portal alone, is another one for every
// page, and is kept nowhere.
func (s *Service) Opened() string { return s.opened(s.now().Unix(), newID(10)) }

func (s *Service) opened(at int64, page string) string {
	m := hmac.New(sha256.New, s.pepper)
	fmt.Fprintf(m, "opened\x00%d\x00%s", at, page)
	return fmt.Sprintf("%x.%s.%s", at, page, hex.EncodeToString(m.Sum(nil)[:12]))
}

// OpenedEarlier reports whether a token from Opened is as old as it is when
// somebody has looked at the page, and not older than a day.
func (s *Service) OpenedEarlier(token string) bool {
	begin, rest, _ := strings.Cut(token, ".")
	page, _, _ := strings.Cut(rest, ".")
	at, err := strconv.ParseInt(begin, 16, 64)
	age := s.now().Sub(time.Unix(at, 0))
	return err == nil && hmac.Equal([]byte(token), []byte(s.opened(at, page))) && age >= glance && age < 24*time.Hour
}

// Unhurried reports whether whoever writes a response has taken the time that
// reading takes, as far as can be told yet.
func (s *Service) Unhurried(d *Draft) bool { return d.Looked || s.now().Sub(d.Started) >= shortest }

func worked(token, n string, work int) bool {
	if len(n) > 20 {
		return false
	}
	sum := sha256.Sum256([]byte(token + ":" + n))
	zeros := 0
	for _, b := range sum {
		zeros += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return zeros >= work
}

// pace counts sendings, or refused sign-ins, in the minute that runs and the one before, over the
// whole portal. It knows nothing else about them.
type pace struct {
	mu           sync.Mutex
	minute       int64
	now, earlier int
}

func (p *pace) turn(now time.Time) {
	switch minute := now.Unix() / 60; minute - p.minute {
	case 0:
	case 1:
		p.minute, p.earlier, p.now = minute, p.now, 0
	default:
		p.minute, p.earlier, p.now = minute, 0, 0
	}
}

// sent counts one more, and returns how many there are in the minute that runs.
func (p *pace) sent(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn(now)
	p.now++
	return p.now
}

// work is how many bits to ask for.
func (p *pace) work(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn(now)
	switch n := max(p.now, p.earlier); {
	case n > 5*atRest:
		return floodedWork
	case n > atRest:
		return busyWork
	}
	return 0
}

package consult_test

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math/bits"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/models"
)

const minute = time.Minute

// proof is what a browser with a script sends beside a response.
func (k *kit) proof(key consult.DraftKey) consult.Proof {
	token := k.Challenge(key)
	return consult.Proof{Token: token, Work: work(token)}
}

// work does the work that a token asks for, as the page's script does.
func work(token string) string {
	_, end, _ := strings.Cut(token, ".")
	want, err := strconv.Atoi(end)
	if err != nil {
		panic("a token ends with the bits it asks for: " + token)
	}
	for n := 0; ; n++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s:%d", token, n))
		zeros := 0
		for _, b := range sum {
			zeros += bits.LeadingZeros8(b)
			if b != 0 {
				break
			}
		}
		if zeros >= want {
			return strconv.Itoa(n)
		}
	}
}

// A token ties a page to the response it shows.
func TestTokensBelongToADraft(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	key, other := k.fill(t, c, models.Answers{}), k.fill(t, c, models.Answers{})
	token := k.Challenge(key)
	if !k.Belongs(key, token) || k.Challenge(key) != token {
		t.Error("a token does not belong to its draft")
	}
	for what, bad := range map[string]string{
		"another's":         k.Challenge(other),
		"none":              "",
		"without its bits":  strings.TrimSuffix(token, ".0"),
		"with other bits":   strings.TrimSuffix(token, ".0") + ".1",
		"with odd bits":     strings.TrimSuffix(token, ".0") + ".00",
		"below nought":      strings.TrimSuffix(token, ".0") + ".-1",
		"in capitals":       strings.ToUpper(token) + "X",
		"only its bits":     ".0",
		"bits without end":  strings.TrimSuffix(token, "0") + strings.Repeat("9", 400),
		"of another length": token[1:],
	} {
		if k.Belongs(key, bad) {
			t.Errorf("a token is taken that is %s: %q", what, bad)
		}
	}
	for _, nobody := range []consult.DraftKey{nil, {}} {
		if k.Belongs(nobody, token) {
			t.Error("a token belongs to no draft")
		}
	}
	// A program that has its cookie cannot work out a token that asks nothing of
	// it: that takes the portal's secret.
	stranger := consult.New(consult.Config{Store: k.store, Search: k.engine, Files: k.files, Log: slog.New(slog.DiscardHandler), Now: k.clock.Now, Pepper: []byte(strings.Repeat("q", 32))})
	if stranger.Challenge(key) == token || k.Belongs(key, stranger.Challenge(key)) {
		t.Error("a token can be made without the portal's secret")
	}
	// It says nothing of the key, and outlives a restart.
	if strings.Contains(token, key.String()) || !k.restart(t).Belongs(key, token) {
		t.Error("the token shows the key, or ends with the process")
	}
}

// At rest nothing is asked of anybody. While very many come, a sum is; and more
// of it in a flood. It ends by itself.
func TestWorkIsAskedInAFlood(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	ask := func(when, want string) {
		t.Helper()
		if got := k.Challenge(consult.NewDraftKey()); !strings.HasSuffix(got, "."+want) {
			t.Errorf("%s %q is asked, want %s bits", when, got, want)
		}
	}
	flood := func(n int) {
		t.Helper()
		for i := range n {
			key := consult.NewDraftKey()
			noError(t, k.SaveDraft(ctx, key, &consult.Draft{Consultation: c.ID, Answers: resident(fmt.Sprint("Number ", i), true), Started: k.clock.Now().Add(-minute)}))
			noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		}
	}
	ask("at rest", "0")
	early := k.fill(t, c, resident("Begun at rest.", true))
	restful := k.proof(early)
	flood(60)
	ask("after 60 in a minute", "0")
	flood(1)
	ask("after 61 in a minute", "16")
	key := k.fill(t, c, resident("In the flood.", true))
	k.clock.Advance(6 * time.Second)
	token := k.Challenge(key)
	if !k.Belongs(key, token) {
		t.Error("a token that asks for work does not belong to its draft")
	}

	// Everybody is taken, marked or not.
	for _, test := range []struct {
		name  string
		key   consult.DraftKey
		proof consult.Proof
		want  []models.Attention
	}{
		{"with the work done", key, consult.Proof{Token: token, Work: work(token)}, nil},
		{"without a script", k.fill(t, c, resident("By hand.", true)), consult.Proof{}, nil},
		{"from a page that was opened at rest", early, restful, nil},
	} {
		if test.proof.Token == "" {
			test.proof.Token, test.want = k.Challenge(test.key), []models.Attention{models.AttentionUnworked}
		}
		k.clock.Advance(6 * time.Second)
		noError(t, k.Submit(ctx, test.key, c, test.proof))
		list, err := k.receipt(test.key, c)
		noError(t, err)
		s := k.behind(t, strings.Join(list, " "))
		if diff := cmp.Diff(test.want, s.Attention); diff != "" || s.Status != models.SubmissionLive {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	k.clock.Advance(minute)
	ask("a minute later", "16") // because of the minute before
	flood(301)
	ask("in a flood", "18")
	k.clock.Advance(minute)
	ask("a minute after a flood", "18")
	k.clock.Advance(minute)
	ask("two minutes later", "0")
	k.clock.Advance(-time.Hour) // the clock was wrong
	ask("an hour earlier", "0")
}

// What looks made up is marked for a person to decide on. It is stored, has a
// receipt and counts like any other.
func TestNobodyIsRefused(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		honeypot, hurried := models.AttentionHoneypot, models.AttentionHurried
		for i, test := range []struct {
			name  string
			after time.Duration
			trap  string
			want  []models.Attention
		}{
			{"as people do", 5 * time.Second, "", nil},
			{"at once", 0, "", []models.Attention{hurried}},
			{"sooner than anybody reads", 5*time.Second - time.Millisecond, "", []models.Attention{hurried}},
			{"with a field that people do not see", minute, "https://spam.example", []models.Attention{honeypot}},
			{"with all of it", 0, " ", []models.Attention{honeypot, hurried}},
		} {
			key := k.fill(t, c, resident(fmt.Sprintf("Number %d.", i), true))
			k.clock.Advance(test.after)
			for range 2 { // a second click is not another
				noError(t, k.Submit(ctx, key, c, consult.Proof{Token: k.Challenge(key), Trap: test.trap}))
			}
			list, err := k.receipt(key, c)
			noError(t, err)
			if len(list) != 12 {
				t.Errorf("%s: the receipt has %d words", test.name, len(list))
			}
			s := k.behind(t, strings.Join(list, " "))
			if diff := cmp.Diff(test.want, s.Attention); diff != "" || s.Status != models.SubmissionLive {
				t.Errorf("%s: %s (-want +got):\n%s", test.name, s.Status, diff)
			}
			if trace, err := k.Trace(ctx, c, strings.Join(list, " ")); err != nil || !trace.Open {
				t.Errorf("%s: trace %+v (%v)", test.name, trace, err)
			}
		}
		k.drain(t)
		if n, err := k.Live(ctx, officer, c); err != nil || n != 5 {
			t.Errorf("%d count (%v), want all 5", n, err)
		}
		r, err := k.DraftReport(ctx, officer, c)
		if err != nil || r.RollCall.Submissions != 5 {
			t.Errorf("the report counts %d (%v)", r.RollCall.Submissions, err)
		}
		if ids, _ := k.toLookAt(t, c); len(ids) != 4 {
			t.Errorf("%d are to be looked at, want 4", len(ids))
		}
		// What filled in the field is kept nowhere.
		if strings.Contains(string(databaseBytes(t, k)), "spam.example") || strings.Contains(k.log.String(), "spam.example") {
			t.Error("what stood in the field is kept")
		}
	})
}

package consult_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"heard/app/consult"
	"heard/app/ledger"
	"heard/models"
)

// received returns how many submissions came in and the root of their leaves, in
// that order.
func (k *kit) received(c *models.Consultation) (size int, root string, err error) {
	leaves, err := k.store.Leaves(ctx, c.ID)
	return len(leaves), rootOf(leaves), err
}

// nextDay waits until the log has taken what came in today.
func (k *kit) nextDay(t testing.TB) {
	t.Helper()
	k.clock.Advance(24 * time.Hour)
	noError(t, k.LogDaily(ctx))
}

// logFiles are the files of the public log.
func (k *kit) logFiles(t testing.TB, c *models.Consultation) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range consult.LogFiles {
		b, err := k.LogFile(ctx, c, name)
		noError(t, err)
		files[name] = &fstest.MapFile{Data: b}
	}
	return files
}

// published checks the public log as anybody can.
func (k *kit) published(t testing.TB, c *models.Consultation) *ledger.Log {
	t.Helper()
	log, err := ledger.OpenLog(k.logFiles(t, c), k.LogKey(c))
	noError(t, err)
	return log
}

// trial is one log, and what somebody holds against it, for both verifiers.
type trial struct {
	Name    string            `json:"name"`
	Files   map[string]string `json:"files"` // those that differ from the log as it was published
	Receipt string            `json:"receipt,omitempty"`
	Since   string            `json:"since,omitempty"`
	Report  string            `json:"report,omitempty"`
	Struck  bool              `json:"struck,omitempty"`
	Holds   bool              `json:"holds"`
	Page    string            `json:"page,omitempty"` // what the log's own page finds of the receipt; "" where it is not asked
}

// check tries it with the first verifier.
func (tr trial) check(base fstest.MapFS, key string) error {
	files := maps.Clone(base)
	for name, text := range tr.Files {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	log, err := ledger.OpenLog(files, key)
	if err != nil {
		return err
	}
	if tr.Receipt != "" {
		r, err := ledger.ParseReceipt(tr.Receipt)
		if err == nil {
			err = log.CheckReceipt(r)
		}
		if err != nil {
			return err
		}
	}
	if tr.Since != "" {
		if err := log.CheckSince(tr.Since); err != nil {
			return err
		}
	}
	if tr.Report != "" {
		if err = log.CheckReport([]byte(tr.Report)); tr.Struck && errors.Is(err, ledger.ErrAltered) {
			err = nil
		}
	}
	return err
}

// trySecond tries all of them with docs/verify.mjs, which is written in another
// language from docs/log.md, and with the script of the log's page.
func trySecond(t *testing.T, base fstest.MapFS, key string, trials []trial) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("HEARD_TEST_REQUIRE") != "" {
			t.Fatal("Node is not installed, so the second verifier cannot run")
		}
		t.Skip("SKIPPED: Node is not installed, so the second verifier of the log is not tried")
	}
	files := map[string]string{}
	for name, f := range base {
		files[name] = string(f.Data)
	}
	name := filepath.Join(t.TempDir(), "trials")
	f, err := os.Create(name)
	noError(t, err)
	e := json.NewEncoder(f)
	noError(t, e.Encode(map[string]any{"files": files, "key": key}))
	for _, tr := range trials {
		noError(t, e.Encode(tr))
	}
	noError(t, f.Close())
	verifier, err := filepath.Abs("../../docs/verify.mjs")
	noError(t, err)
	const program = `import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const { verify } = await import(process.argv[1]);
const field = {}, said = ['holds', 'unsigned', 'missing', 'left', 'log', 'key', 'receipt', 'away'].map((found) => ({ dataset: { found }, hidden: true }));
let base, agree = 0, submit;
globalThis.window = globalThis;
globalThis.document = { querySelector: () => ({ dataset: { check: '' }, addEventListener: (_, f) => { submit = f; }, querySelector: () => field, querySelectorAll: () => said }) };
(0, eval)(readFileSync('../../static/js/log.js', 'utf8'));
for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  const t = JSON.parse(line);
  if (!base) { base = t; continue; }
  let fault = '';
  const files = { ...base.files, ...t.files };
  try { verify(files, { ...t, key: base.key }); } catch (e) { fault = e.message; }
  globalThis.fetch = async (name) => ({ ok: true, text: async () => files[name] });
  field.value = t.receipt;
  if (t.page) await submit({ preventDefault() {} });
  const page = t.page && said.find((p) => !p.hidden).dataset.found;
  if ((fault === '') === t.holds && page === t.page) agree++; else console.log(t.name + ': ' + (fault || 'it holds') + (page ? ', the page says ' + page : ''));
}
console.log(agree);`
	out, err := exec.Command(node, "--no-warnings", "--input-type=module", "-e", program, "file://"+verifier, name).CombinedOutput()
	if want := fmt.Sprintf("%d\n", len(trials)); err != nil || string(out) != want {
		t.Errorf("the second verifier disagrees (%v):\n%s", err, out)
	}
	t.Logf("the second verifier was asked about %d logs and agrees on %s", len(trials), strings.TrimSpace(string(out)))
}

// People answer on several days, some take their answers back or change them, an
// officer sets some aside, and the report is published. Every receipt that was
// given on the day of answering can be checked against what is public, and says in
// the end what became of the answers; whatever is done to the log afterwards, even
// by whoever holds the key, is seen by somebody who holds a receipt or a
// checkpoint. HEARD_TEST_LOG is how many answer; make log asks for 1,000.
func TestEveryReceiptAndEveryTampering(t *testing.T) {
	k, n := one(t), 16
	if text := os.Getenv("HEARD_TEST_LOG"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		noError(t, err)
	}
	c := k.demo(t)
	var codes, receipts, checkpoints []string
	for i := range n {
		key := k.fill(t, c, resident(fmt.Sprintf("The lamp at number %d is out.", i), i%3 > 0))
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		sent, err := k.Sent(ctx, key, c)
		noError(t, err)
		codes, receipts = append(codes, strings.Join(sent.Words, " ")), append(receipts, sent.Receipt)
		if i%max(1, n/4) == 0 {
			k.nextDay(t)
			checkpoints = append(checkpoints, string(k.logFiles(t, c)[consult.LogCheckpoint].Data))
		}
	}
	id := k.behind(t, codes[0]).ID
	noError(t, k.Withdraw(ctx, c, codes[1]))
	noError(t, k.SetAside(ctx, officer, c, id, models.AsideOther, "It is about another town."))
	changed := k.correct(t, c, codes[2])
	k.answer(t, changed, c, resident("It is lit again.", true))
	noError(t, k.Submit(ctx, changed, c, consult.Proof{}))
	c = k.move(t, c, models.StatusFrozen)
	c = k.publish(t, c, "")
	base, key := k.logFiles(t, c), k.LogKey(c)
	report, err := k.ReportFile(ctx, c, "json")
	noError(t, err)
	log := k.published(t, c)
	if m := log.Manifests; len(m) != 1 || m[0].Submissions != n+1 || m[0].Counted != n-2 || m[0].Uncounted != 3 || m[0].Withdrawn != ledger.Masked || log.Texts == 0 || log.Size%16 != 0 {
		t.Errorf("%d texts in a log of %d, %+v", log.Texts, log.Size, m)
	}
	// The report says of what is not counted what the manifest does.
	public, err := k.Report(ctx, c)
	noError(t, err)
	said := func(f models.Figure) int {
		if f.Masked {
			return ledger.Masked
		}
		return f.Value
	}
	if r, m := public.RollCall, log.Manifests[0]; r.Uncounted != m.Uncounted || said(r.Withdrawn) != m.Withdrawn || said(r.Replaced) != m.Merged || said(r.SetAside) != m.Withheld {
		t.Errorf("the report says %+v, the manifest %+v", r, m)
	}

	var trials []trial
	verified := 0
	for i, code := range codes {
		trace, err := k.Trace(ctx, c, code)
		noError(t, err)
		want := ledger.StateCounted
		switch i {
		case 0:
			want = ledger.StateWithheld
		case 1:
			want = ledger.StateWithdrawn
		}
		if r, err := ledger.ParseReceipt(trace.Receipt); err != nil || !strings.HasPrefix(r.State, want) || i == 0 && r.State == want {
			t.Errorf("receipt %d: %q, want %s (%v)", i, r.State, want, err)
		}
		for _, receipt := range []string{receipts[i], trace.Receipt} {
			tr := trial{Name: fmt.Sprintf("receipt %d", i), Receipt: receipt, Since: checkpoints[i%len(checkpoints)], Holds: true, Page: "holds"}
			if i == 0 {
				tr.Report = string(report)
			}
			if err := tr.check(base, key); err != nil {
				t.Errorf("receipt %d: %v", i, err)
			} else if receipt == receipts[i] {
				verified++
			}
			trials = append(trials, tr)
		}
	}
	caught := 0
	random := mathrand.New(mathrand.NewPCG(1, 2))
	for i := range n {
		tr := k.tamper(t, c, base, receipts[i], i, random)
		tr.Since = string(base[consult.LogCheckpoint].Data)
		if tr.check(base, key) != nil {
			caught++
		} else {
			t.Errorf("%s was not noticed", tr.Name)
		}
		trials = append(trials, tr)
	}
	// What is published beside the entries cannot be altered, either.
	first := strings.SplitAfter(string(base[consult.LogOpenings].Data), "\n")[0]
	other := "audit\n" // the order is by chance, so the first may be one of these
	if first == other {
		other = "leaf\n"
	}
	for name, change := range map[string][2]string{
		consult.LogManifests: {"uncounted: 3", "uncounted: 2"},
		consult.LogOpenings:  {first, other},
		consult.LogTexts:     {"lamp", "camera"},
		consult.LogKey:       {"+A", "+B"},
	} {
		tr := trial{Name: name + " altered", Files: map[string]string{name: strings.Replace(string(base[name].Data), change[0], change[1], 1)}, Holds: name == consult.LogKey}
		trials = append(trials, tr) // the key was told another way
	}
	trials = append(trials, trial{Name: "another report", Report: strings.Replace(string(report), log.Manifests[0].Root.String(), log.Root.String(), 1)},
		trial{Name: "a report that counts fewer", Report: strings.Replace(string(report), fmt.Sprintf(`"submissions": %d`, n-2), fmt.Sprintf(`"submissions": %d`, n-3), 1)})
	trials = append(trials, k.forgeries(t, c, base, codes[n-1], receipts[n-1])...)

	// Nor can a figure, not even by saying that words were taken out.
	themes := strings.Index(string(report), `"themes":`)
	altered := string(report)[:themes] + strings.Replace(string(report)[themes:], `"value": `, `"value": 1`, 1)
	trials = append(trials, trial{Name: "the count of a theme altered", Report: altered})
	quoted := slices.IndexFunc(codes[3:], func(code string) bool {
		return strings.Contains(string(report), k.behind(t, code).Answer("C6").Text)
	})
	_, err = k.Erase(ctx, officer, codes[3+quoted])
	noError(t, err)
	struck, err := k.ReportFile(ctx, c, "json")
	noError(t, err)
	trials = append(trials, trial{Name: "words taken out", Report: string(struck)}, trial{Name: "words taken out, as the portal says", Report: string(struck), Struck: true, Holds: true},
		trial{Name: "words taken out, and fewer counted", Report: strings.Replace(string(struck), fmt.Sprintf(`"submissions": %d`, n-2), fmt.Sprintf(`"submissions": %d`, n-3), 1), Struck: true})
	for _, tr := range trials[3*n:] {
		if err := tr.check(base, key); (err == nil) != tr.Holds {
			t.Errorf("%s: %v", tr.Name, err)
		}
	}
	t.Logf("%d of %d receipts verify, %d of %d tamperings are caught", verified, n, caught, n)
	trySecond(t, base, key, trials)
}

// tamper does to the log one of four things: it drops the entry of a receipt,
// alters it, moves it, or shows a log without it that goes on otherwise. Every
// second one is done by whoever holds the key, who signs the log anew.
func (k *kit) tamper(t testing.TB, c *models.Consultation, base fstest.MapFS, receipt string, i int, random *mathrand.Rand) trial {
	t.Helper()
	r, err := ledger.ParseReceipt(receipt)
	noError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(base[consult.LogLeaves].Data), "\n"), "\n")
	at := slices.Index(lines, r.Leaf.String())
	other := func() string {
		var h ledger.Hash
		for j := range h {
			h[j] = byte(random.Uint32())
		}
		return h.String()
	}
	kind := []string{"dropped", "altered", "reordered", "split view"}[i%4]
	switch kind {
	case "dropped":
		lines = slices.Delete(lines, at, at+1)
	case "altered":
		lines[at] = other()
	case "reordered":
		to := (at + 1 + random.IntN(len(lines)-1)) % len(lines)
		lines[at], lines[to] = lines[to], lines[at]
	case "split view":
		for j := at; j < len(lines); j++ {
			lines[j] = other()
		}
		for range 16 * random.IntN(3) {
			lines = append(lines, other())
		}
	}
	tr := trial{Name: fmt.Sprintf("%d, %s", i, kind), Receipt: receipt, Files: map[string]string{consult.LogLeaves: strings.Join(lines, "\n") + "\n"}}
	if i/4%2 == 1 || kind == "split view" {
		tr.Name += " and signed"
		hashes := make([]ledger.Hash, len(lines))
		for j, line := range lines {
			hashes[j], err = ledger.ParseHash(line)
			noError(t, err)
		}
		checkpoint, err := ledger.Checkpoint(ledger.NewKey(pepper), c.ID, hashes)
		noError(t, err)
		tr.Files[consult.LogCheckpoint] = string(checkpoint)
		// Nor does it help to take away what would not fit.
		tr.Files[consult.LogManifests], tr.Files[consult.LogOpenings], tr.Files[consult.LogTexts] = "", "", ""
	}
	return tr
}

// forgeries are logs that whoever holds the key could have published instead, each
// whole and signed, without the voice of somebody whose code and first receipt are
// given, and who is one of those that count.
func (k *kit) forgeries(t testing.TB, c *models.Consultation, base fstest.MapFS, code, first string) (trials []trial) {
	t.Helper()
	key := ledger.NewKey(pepper)
	trace, err := k.Trace(ctx, c, code)
	noError(t, err)
	now := trace.Receipt
	r, err := ledger.ParseReceipt(now)
	noError(t, err)
	lines := func(name string) []string {
		return strings.Split(strings.TrimSuffix(string(base[name].Data), "\n"), "\n")
	}
	state := func(kind, what string) ledger.Hash { return ledger.State(r.Blind, kind, r.Leaf, what) }
	forge := func(name string, page string, change func(leaves []ledger.Hash, openings []string, m *ledger.Manifest), shown ...string) {
		t.Helper()
		var leaves []ledger.Hash
		for _, line := range lines(consult.LogLeaves) {
			h, err := ledger.ParseHash(line)
			noError(t, err)
			leaves = append(leaves, h)
		}
		openings := lines(consult.LogOpenings)
		all, err := ledger.ParseManifests(string(base[consult.LogManifests].Data))
		noError(t, err)
		m := all[0]
		at := slices.Index(leaves, m.Entry())
		change(leaves, openings, &m)
		m.Root, m.Openings = ledger.Root(leaves[:m.Size]), ledger.OpeningsHash(openings)
		leaves[at] = m.Entry()
		checkpoint, err := ledger.Checkpoint(key, c.ID, leaves)
		noError(t, err)
		files := map[string]string{consult.LogLeaves: string(ledger.LeavesFile(leaves)), consult.LogCheckpoint: string(checkpoint), consult.LogManifests: m.String(), consult.LogOpenings: strings.Join(openings, "\n") + "\n"}
		for i, receipt := range shown {
			trials = append(trials, trial{Name: fmt.Sprintf("%s, receipt %d", name, i+1), Files: files, Receipt: receipt, Page: page})
		}
	}
	count := func(m *ledger.Manifest, n int) { m.Submissions, m.Counted = m.Submissions+n, m.Counted+n }
	entries, err := k.store.Log(ctx, c.ID)
	noError(t, err)
	// of is the place of the nth entry of some kinds, counted from 1, at or behind a place.
	of := func(from, n int, kinds ...string) int {
		for at, e := range entries {
			if at >= from && slices.Contains(kinds, e.Kind) {
				if n--; n == 0 {
					return at
				}
			}
		}
		t.Fatalf("there are too few %v behind %d", kinds, from)
		return 0
	}
	told := state(r.Kind, r.State)
	forge("a leaf called audit", "left", func(leaves []ledger.Hash, openings []string, m *ledger.Manifest) {
		openings[slices.Index(leaves, r.Leaf)], openings[slices.Index(leaves, told)] = ledger.KindAudit, ledger.KindAudit
		count(m, -1)
	}, first, now)
	forge("a state called text beside another", "left", func(leaves []ledger.Hash, openings []string, m *ledger.Manifest) {
		at := of(0, 1, ledger.KindPadding)
		leaves[at], openings[at] = state(r.Kind, ledger.StateWithdrawn), r.Kind
		openings[slices.Index(leaves, told)] = ledger.KindText
		m.Counted, m.Uncounted = m.Counted-1, m.Uncounted+1
	}, now)
	forge("a leaf behind the roll-call", "left", func(leaves []ledger.Hash, openings []string, m *ledger.Manifest) {
		for i, entry := range []ledger.Hash{r.Leaf, told} {
			at, to := slices.Index(leaves, entry), of(m.Size, i+1, ledger.KindAudit, ledger.KindPadding, ledger.KindText)
			leaves[at], leaves[to], openings[at] = leaves[to], leaves[at], ledger.KindAudit
		}
		count(m, -1)
	}, first, now)
	forge("a state behind the roll-call", "left", func(leaves []ledger.Hash, openings []string, m *ledger.Manifest) {
		at, to := slices.Index(leaves, told), of(m.Size, 1, ledger.KindAudit)
		leaves[at], leaves[to] = state(r.Kind, ledger.StateWithdrawn), leaves[at]
		m.Counted, m.Uncounted = m.Counted-1, m.Uncounted+1
	}, now)
	changed := r
	changed.Kind = ledger.Change(1)
	changed, err = changed.Sign(key)
	noError(t, err)
	forge("counted since, so not in the roll-call", "left", func(leaves []ledger.Hash, openings []string, m *ledger.Manifest) {
		leaves[slices.Index(leaves, told)] = state(r.Kind, ledger.StateWithdrawn)
		leaves[of(m.Size, 1, ledger.KindAudit)] = state(changed.Kind, changed.State)
		m.Counted, m.Uncounted = m.Counted-1, m.Uncounted+1
	}, changed.String())
	forge("one leaf for two people", "log", func(leaves []ledger.Hash, openings []string, m *ledger.Manifest) {
		for i, entry := range []ledger.Hash{r.Leaf, told} {
			at := of(0, i+1, ledger.KindPadding)
			leaves[at], openings[at] = entry, openings[slices.Index(leaves, entry)]
		}
		count(m, 1)
	}, first, now)
	return trials
}

// kinds counts the entries of the log by kind.
func (k *kit) kinds(t testing.TB, c *models.Consultation) map[string]int {
	t.Helper()
	entries, err := k.store.Log(ctx, c.ID)
	noError(t, err)
	n := map[string]int{}
	for _, e := range entries {
		n[e.Kind]++
	}
	return n
}

// What came in is published the day after, in batches that tell neither how many
// came nor in which order, and on a day on which nobody came there is one as well.
// What became of each submission is told only in a roll-call.
func TestLogOfTheDay(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		noError(t, k.LogDaily(ctx))
		var codes []string
		for i := range 9 {
			codes = append(codes, k.send(t, c, resident(fmt.Sprintf("Lamp %d is out.", i), true)))
		}
		noError(t, k.LogDaily(ctx)) // had its batch today
		if n := k.kinds(t, c); n[ledger.KindPadding] != 15 || n[ledger.KindAudit] != 1 || len(n) != 2 {
			t.Errorf("on the day: %v", n)
		}
		k.clock.Advance(24 * time.Hour)
		again := k.restart(t)
		var both sync.WaitGroup
		for _, s := range []*kit{k, again} { // two versions of the program side by side
			both.Go(func() {
				if err := s.LogDaily(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if n := k.kinds(t, c); n[ledger.KindSubmission] != 9 || n[ledger.KindPadding] != 21 || n[ledger.KindAudit] != 2 {
			t.Errorf("the day after: %v", n)
		}
		received, err := k.store.Leaves(ctx, c.ID)
		noError(t, err)
		var order []int
		for _, leaf := range received {
			at, err := k.store.Logged(ctx, c.ID, leaf)
			noError(t, err)
			order = append(order, at)
		}
		if slices.IsSorted(order) {
			t.Errorf("the log tells who came first: %v", order)
		}
		before := k.logFiles(t, c)
		if len(before[consult.LogManifests].Data)+len(before[consult.LogOpenings].Data)+len(before[consult.LogTexts].Data) > 0 {
			t.Error("entries are opened before the report is published")
		}
		k.nextDay(t)
		if log := k.published(t, c); log.Size != 48 {
			t.Errorf("after an idle day the log has %d entries", log.Size)
		}
		entries, err := k.store.Log(ctx, c.ID)
		noError(t, err)
		inOrder := slices.Max(order)-slices.Min(order) == 8 // and what is not a submission comes first or last
		for at := 0; at < 48; at += 16 {
			inOrder = inOrder && entries[at].Kind == ledger.KindAudit
		}
		if inOrder {
			t.Error("batches are not shuffled")
		}

		// Somebody takes their answers back: nothing of the log shows it.
		noError(t, k.Withdraw(ctx, c, codes[0]))
		k.nextDay(t)
		if n := k.kinds(t, c); n[ledger.KindSubmission] != 9 || len(n) != 3 {
			t.Errorf("after a withdrawal: %v", n)
		}
		c = k.move(t, c, models.StatusFrozen)
		if n := k.kinds(t, c); n[ledger.RollCall(1)] != 9 {
			t.Errorf("when it is frozen: %v", n)
		}

		// A roll-call that does not equal the log stops the report.
		hash := k.propose(t, c, "")
		for _, broken := range [][2]string{
			{"UPDATE log_entries SET kind = 'text' WHERE kind = 'submission' AND position = (SELECT MAX(position) FROM log_entries WHERE kind = 'submission')", "UPDATE log_entries SET kind = 'submission' WHERE kind = 'text'"},
			{"UPDATE log_entries SET detail = 'counted' WHERE detail = 'withdrawn'", "UPDATE log_entries SET detail = 'withdrawn' WHERE submission = '" + k.behind(t, codes[0]).ID + "'"},
			{"UPDATE log_entries SET roll = 0, kind = 'change 1' WHERE detail = 'withdrawn'", "UPDATE log_entries SET roll = 1, kind = 'state 1' WHERE detail = 'withdrawn'"},
		} {
			k.exec(t, broken[0])
			// Where the entry stands, which is at random, tells which checkpoint the report names.
			if err := k.PublishReport(ctx, second, c, hash); err == nil || !strings.Contains(err.Error(), "does not equal the public log") && !strings.Contains(err.Error(), "has changed since") {
				t.Errorf("after %q: %v", broken[0], err)
			}
			k.exec(t, broken[1])
		}
		noError(t, k.PublishReport(ctx, second, c, hash))
		c = k.reread(t, c)
		log := k.published(t, c)
		noError(t, log.CheckSince(string(before[consult.LogCheckpoint].Data)))
		report := func() []byte {
			data, err := k.ReportFile(ctx, c, "json")
			noError(t, err)
			return data
		}
		noError(t, log.CheckReport(report()))
		if log.Texts == 0 {
			t.Fatal("no text was published")
		}

		// Words are erased afterwards: the text is not published any more, its entries
		// stay and say nothing, and one that only its author could open tells of it.
		gone := k.behind(t, codes[3])
		_, err = k.Erase(ctx, officer, codes[3])
		noError(t, err)
		k.nextDay(t)
		after := k.published(t, c)
		if n := k.kinds(t, c); n[ledger.Change(1)] != 1 || after.Texts >= log.Texts || strings.Contains(string(k.logFiles(t, c)[consult.LogTexts].Data), "Lamp 3 ") {
			t.Errorf("after an erasure: %v, %d texts, were %d", n, after.Texts, log.Texts)
		}
		if leaf, salt, _, err := k.store.Leaf(ctx, gone.ID); err != nil || len(salt) > 0 || !after.Has(ledger.Hash(leaf)) {
			t.Errorf("its leaf: salt of %d bytes, %v", len(salt), err)
		}
		c = k.publish(t, c, "Words were taken out.")
		log = k.published(t, c)
		if n := k.kinds(t, c); n[ledger.RollCall(2)] != 9 || len(log.Manifests) != 2 || log.Manifests[1].Submissions != 9 || log.Manifests[1].Counted != 8 || log.Manifests[1].Erased != ledger.Masked {
			t.Errorf("the second version: %v, %+v", n, log.Manifests)
		}
		noError(t, log.CheckReport(report()))
	})
}

// Whoever rewrites the record of acts, chain and all, is given away by the heads of
// it that are in the public log.
func TestRecordInTheLog(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	k.nextDay(t)
	noError(t, k.Pause(ctx, officer, c, true))
	broken := func() string {
		t.Helper()
		r, err := k.AuditTrail(ctx, auditor, models.AuditQuery{Limit: 1})
		noError(t, err)
		return r.Broken
	}
	if b := broken(); b != "" {
		t.Fatal(b)
	}
	events, err := k.store.AuditTrail(ctx, "", 0)
	noError(t, err)
	head := ""
	for i, e := range slices.Backward(events) { // the oldest first
		if i == len(events)-1 {
			e.Reason = "for another reason"
		}
		head = e.Chained(head)
		k.exec(t, fmt.Sprintf("UPDATE audit SET reason = '%s', hash = '%s' WHERE sequence = %d", e.Reason, head, e.Sequence))
	}
	k.exec(t, "UPDATE audit_head SET hash = '"+head+"'")
	if _, _, err := k.store.VerifyAudit(ctx); err != nil {
		t.Fatalf("the chain itself must be whole: %v", err)
	}
	if b := broken(); !strings.Contains(b, "The public log says") {
		t.Errorf("a record that was rewritten: %q", b)
	}
}

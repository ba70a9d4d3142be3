package measured

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	goals := []Goal{Least("score", 0.72), Most("time", 4)}
	for _, tt := range []struct {
		figure Figure
		pass   bool
		goal   string
	}{
		{Figure{Name: "score", Value: 0.7196, Digits: 3}, true, "≥ 0.72"}, // as it is printed
		{Figure{Name: "score", Value: 0.7194, Digits: 3}, false, "≥ 0.72"},
		{Figure{Name: "time", Value: 4.04, Digits: 1}, true, "≤ 4"},
		{Figure{Name: "time", Value: 4.1, Digits: 1}, false, "≤ 4"},
	} {
		f := tt.figure
		f.Judge(goals...)
		if f.Pass == nil || *f.Pass != tt.pass || f.goal() != tt.goal || (f.verdict() == "pass") != tt.pass {
			t.Errorf("%+v: %s %s", tt.figure, f.goal(), f.verdict())
		}
	}
	f := Figure{Name: "other"}
	if f.Judge(goals...); f.Pass != nil || f.goal() != "" || f.verdict() != "" {
		t.Errorf("%+v has no goal", f)
	}
}

func TestPeak(t *testing.T) {
	var held []byte
	small := Peak(func() {})
	large := Peak(func() {
		held = make([]byte, 200<<20)
		for i := 0; i < len(held); i += 4096 {
			held[i] = 1
		}
	})
	if large < small+150 || small <= 0 {
		t.Errorf("%.0f MB, and %.0f MB with 200 more", small, large)
	}
	_ = held
}

func TestOnce(t *testing.T) {
	row, err := Once(Row{ID: "a", Name: "A row"}, func(r *Row) error {
		r.Add("score", 0.5, "", 2)
		r.Judge(Least("score", 0.6))
		return nil
	})
	if err != nil || row.Runs != 1 || row.Seconds <= 0 || row.PeakMB <= 0 || row.Value("score") != 0.5 || !math.IsNaN(row.Value("other")) {
		t.Errorf("%v: %+v", err, row)
	}
	var out strings.Builder
	if err := row.Print(&out); err != nil || !strings.Contains(out.String(), "FALLS SHORT") {
		t.Errorf("%v: %s", err, out.String())
	}
	wrong := errors.New("nothing to measure")
	if _, err := Once(Row{ID: "a"}, func(*Row) error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
	row, err = Once(Row{ID: "a"}, func(r *Row) error { r.Skipped = "the text is not here"; return nil })
	if err != nil || row.Runs != 0 {
		t.Errorf("%v: a row that was skipped has no run: %+v", err, row)
	}
}

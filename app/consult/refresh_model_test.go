package consult_test

import (
	"fmt"
	"strings"
	"testing"

	"heard/models"
)

// A run asks the model once for what is new, keeps what it said, and does
// without it when it breaks.
func TestRefreshThemesAsksTheModel(t *testing.T) {
	k, o := one(t), newOracle(t)
	c := k.open(t, []byte(invented))
	var texts []string
	for _, d := range said() {
		texts = append(texts, d.Text)
	}
	k.load(t, c, texts, func(i int) bool { return i%3 != 0 })
	s, _ := k.asking(t, o, "nomic", "llama")
	drafts := func() (n int, method models.Method) {
		t.Helper()
		noError(t, s.RefreshThemes(ctx, c.ID))
		themes, err := k.store.Themes(ctx, c.ID)
		noError(t, err)
		for _, th := range themes {
			n += len(th.Draft)
			for _, sentence := range th.Draft {
				if len(sentence.Cites) == 0 {
					t.Errorf("%q cites nobody", sentence.Text)
				}
			}
		}
		method, err = k.store.ThemeMethod(ctx, c.ID)
		noError(t, err)
		return n, method
	}
	first, method := drafts()
	if first == 0 || method.Embeddings != "nomic" || method.Chat != "llama" || len(method.Notes) != 2 {
		t.Fatalf("%d sentences, %+v", first, method)
	}
	for _, sub := range k.subs(t, c) {
		if strings.Contains(o.everything(), sub.ID) {
			t.Error("an id was sent")
		}
	}
	mustStaySilent(t, "requests", o.everything(), silent, bearer)
	asked := o.asked(toEmbed) + o.asked(toChat)
	if again, _ := drafts(); again != first || o.asked(toEmbed)+o.asked(toChat) != asked {
		t.Errorf("%d sentences after %d, and %d more requests", again, first, o.asked(toEmbed)+o.asked(toChat)-asked)
	}
	o.broken = true
	s, log := k.asking(t, o, "nomic", "llama") // which remembers nothing; the store does
	kept, method := drafts()
	if kept != first || method.Embeddings != "" || !strings.Contains(fmt.Sprint(method.Notes), "status 500") {
		t.Errorf("%d sentences, %+v", kept, method)
	}
	mustStaySilent(t, "log", log.String(), reply, bearer, o.URL)
}

package theme

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
)

// A language is what the engine knows of one: its stemmer, when the field has
// one, and its commonest function words, which tell languages apart, carry no
// theme and cannot be keywords.
type language struct {
	code     string
	stem     func(*snowballstem.Env) bool // nil: words stay as they are
	function map[string]bool
}

// languages are tried in this order, so the first wins a draw.
var languages = []*language{
	newLanguage("en", english.Stem, `the of and to in a an is it that this these those was were be been being are am for on with as at by from or not no nor but if
		so than then too very can could will would shall should may might must do does did doing done have has had having i me my mine myself we us our ours you your yours
		he him his she her hers they them their theirs its who whom whose which what when where why how there here all any both each few more most other some such only own
		same just also about into over under again further once out up down off while because until against between through during before after above below
		don't doesn't didn't isn't aren't wasn't weren't won't wouldn't can't cannot couldn't shouldn't i'm i've i'd i'll it's that's they're they've we're we've you're you've he's she's
		there's let's get gets got really much many even still ever never yet one way make makes made lot please`),
	newLanguage("cy", nil, `y yr yn a ac i o ar am mae nid yw oedd bod wedi gan gyda fel ond hefyd sydd eu ei ein eich nhw ni chi fi hi ef dim rhaid dylai byddai hwn hon hyn pan os neu wrth drwy dros`),
	newLanguage("fr", french.Stem, `le la les de des du un une et est que qui dans pour pas sur au aux avec ce cette ces il elle ils elles nous vous je on ne se son sa ses plus par mais ou où sont être avoir été fait leur leurs comme tout tous très aussi d'un c'est n'est qu'il`),
	newLanguage("de", german.Stem, `der die das den dem des und ist nicht ein eine einen einem einer zu in im mit auf für von sich auch es ich wir sie ihr er als an am aus bei nach wenn dass wird werden sind war haben hat kann können nur noch schon oder aber mehr sehr so wie hier man zum zur über vor durch bis keine kein diese dieser dieses`),
	newLanguage("es", spanish.Stem, `el la los las de del un una unos unas y es que en por para no se con su sus lo al como más pero este esta estos estas son está están muy también nos yo hay ser ha han sin sobre todo todos cuando donde porque`),
	newLanguage("pt", portuguese.Stem, `o a os as de do da dos das um uma e é que em no na nos nas por para não se com seu sua mais mas como este esta são está muito também nós eu há ser foi têm sem sobre todos quando onde porque ao pelo pela`),
	newLanguage("it", italian.Stem, `il lo la gli le di del della dei delle un una e è che in per non si con su suo sua più ma come questo questa sono anche molto noi io ho ha hanno essere senza tutti quando dove perché nel nella al alla dal dalla`),
	newLanguage("nl", dutch.Stem, `de het een en van is dat die in op te niet met voor zijn er aan ook als maar om bij naar uit ik wij we ze hij zij dit deze worden wordt heeft hebben kan nog wel meer moet door over geen`),
	newLanguage("sv", swedish.Stem, `och att det en ett som är på för med den av till inte jag vi de har om så men var kan från eller när också vid ska skulle mycket bara`),
	newLanguage("da", danish.Stem, `og at det en et som er på for med den af til ikke jeg vi de har om så men var kan fra eller når også ved skal skulle meget bare hvor være blev`),
	newLanguage("no", norwegian.Stem, `og at det en et som er på for med den av til ikke jeg vi de har om så men var kan fra eller når også ved skal skulle mye bare hvor være ble`),
	newLanguage("fi", finnish.Stem, `ja on ei että se olla ovat oli mutta kun niin myös tai jos kuin hän me he minä sen mitä joka jotka ole voi hyvin vain`),
	newLanguage("ga", irish.Stem, `an na agus is ar ag ní tá bhí go le do mar sin seo a i ó atá nach bhfuil sé sí siad muid ach chun faoi`),
	newLanguage("hu", hungarian.Stem, `a az és hogy nem is egy van volt de ha csak meg már még mint vagy ez azt el ki kell lehet nagyon minden`),
	newLanguage("pl", nil, `i w na z do się nie że jest to o jak po za od ale co tak przez czy dla są być przy oraz tylko już bardzo tym tego które który
		ma może można ich jego jej nas nam mnie mi my ten ta te tej która bez pod przed między także również został była było był będzie lub więc kiedy gdzie wszystko`),
	newLanguage("ro", romanian.Stem, `și în de la cu nu să este pe un o care mai din că pentru sunt a fi dar ce au foarte sau prin după fost
		si in sa ca dupa va vor am ai ale al cel cea acest această aceasta acesta acestui fie fără fara unde când cand ne noi lor lui sunt era`),
	newLanguage("tr", turkish.Stem, `ve bir bu da de için ile çok ne o gibi daha ama olarak var değil kadar olan her ki sonra mi en ben biz`),
	newLanguage("ru", russian.Stem, `и в не на что я с он как это по но они мы вы она к у за из от так же для бы есть или если только ещё уже при все было`),
	newLanguage("uk", nil, `і в у не на що я з він як це по але вони ми ви вона до за із від так же для є або якщо тільки ще вже при всі було та`),
	newLanguage("ar", arabic.Stem, `في من على إلى أن لا ما هذا هذه التي الذي عن مع كان كل هو هي لم قد أو ثم بعد قبل حتى إن و`),
	newLanguage("ur", nil, `کے میں کی ہے اور سے کا کو اس نہیں پر یہ کہ ہیں بھی وہ ایک نے تو ہو جو گا رہے`),
	newLanguage("hi", nil, `के में की है और से का को इस नहीं पर यह कि हैं भी वह एक ने तो हो जो गया था`),
	newLanguage("bn", nil, `এবং এই না যে করে ও থেকে জন্য আমি আমরা হয় একটি তার সঙ্গে কি আছে`),
	newLanguage("pa", nil, `ਦੇ ਵਿੱਚ ਦੀ ਹੈ ਅਤੇ ਤੋਂ ਦਾ ਨੂੰ ਇਸ ਨਹੀਂ ਇਹ ਕਿ ਹਨ ਵੀ ਉਹ ਇੱਕ ਨੇ`),
	newLanguage("ta", tamil.Stem, `மற்றும் ஒரு இந்த என்று அந்த இது அது என்ற இல்லை உள்ள என`),
}

// unknown is a language without stemmer or function words.
var unknown = &language{}

func newLanguage(code string, stem func(*snowballstem.Env) bool, words string) *language {
	l := &language{code: code, stem: stem, function: map[string]bool{}}
	for _, w := range strings.Fields(words) {
		l.function[w] = true
	}
	return l
}

// languageOf gives the language of a BCP 47 tag, or unknown.
func languageOf(tag string) *language {
	primary, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if primary == "nb" || primary == "nn" {
		primary = "no"
	}
	for _, l := range languages {
		if l.code == primary {
			return l
		}
	}
	return unknown
}

// Language tells the language that a text is written in, as a BCP 47 tag, or ""
// where it cannot be told: from the script where only one language here uses
// it, from function words, or from letters that few languages have. It is a
// note for readers; nothing is filtered or routed on it.
func Language(text string) string {
	scripts := map[string]int{}
	letters := 0
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		switch {
		case unicode.Is(unicode.Gurmukhi, r):
			scripts["pa"]++
		case unicode.Is(unicode.Bengali, r):
			scripts["bn"]++
		case unicode.Is(unicode.Gujarati, r):
			scripts["gu"]++
		case unicode.Is(unicode.Tamil, r):
			scripts["ta"]++
		case strings.ContainsRune("ٹڈڑںھےۓہ", r): // Urdu has these letters, Arabic and Persian do not
			scripts["ur"] += 8
		case strings.ContainsRune("łżźćś", r): // Polish; some of its neighbours have one or two of them
			scripts["pl"]++
		case strings.ContainsRune("ățţș", r):
			scripts["ro"]++
		}
	}
	for _, tag := range []string{"pa", "bn", "gu", "ta", "ur"} {
		if letters >= 3 && 2*scripts[tag] > letters {
			return tag
		}
	}
	if l := guessLanguage(appendWords(nil, text)); l != nil {
		return l.code
	}
	for _, tag := range []string{"pl", "ro"} {
		if letters >= 12 && 30*scripts[tag] > letters {
			return tag
		}
	}
	return ""
}

// hintLetters is the number of letters from which the words of a text tell its
// language at all.
const hintLetters = 40

// functionShare: in running text at least one word in this many is one of the
// language's function words; a list of keywords has fewer and tells nothing.
const functionShare = 6

// guessLanguage tells the language a text is in by its function words; nil
// when the text is short or says too little. It only chooses the stemmer:
// nothing is filtered or routed on it. (Trigram detectors call Welsh Spanish,
// and the one at hand breaks draws by chance, which would cost repeatability.)
func guessLanguage(words []string) *language {
	letters := 0
	for _, w := range words {
		letters += len(w)
	}
	if letters < hintLetters {
		return nil
	}
	var hits [32]int
	for _, w := range words {
		for set := speakers[w]; set != 0; set &= set - 1 {
			hits[bits.TrailingZeros32(set)]++
		}
	}
	var best *language
	most := max(1, len(words)/functionShare) // two at least
	for i, l := range languages {
		if hits[i] > most {
			best, most = l, hits[i]
		}
	}
	return best
}

// speakers gives, for a function word, the set of languages that have it: bit
// i stands for languages[i].
var speakers = func() map[string]uint32 {
	sets := map[string]uint32{}
	for i, l := range languages {
		for w := range l.function {
			if utf8.RuneCountInString(w) > 1 { // single letters are everywhere: c, e-mail, A 40
				sets[w] |= 1 << i
			}
		}
	}
	return sets
}()

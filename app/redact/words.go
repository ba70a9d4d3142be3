package redact

import (
	"embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// word is a run of letters, or of letters and digits. An apostrophe or hyphen
// between two letters belongs to it.
type word struct {
	start, end int    // in bytes of the view
	key        string // in small letters, without a possessive "'s"
	class      class
	capital    bool // begins with a capital letter
	shouted    bool // two or more letters, all capital
	numeric    bool // nothing but digits
	mixed      bool // letters and digits
	opens      bool // the first of a sentence or line
	joined     bool // nothing but spaces, or the full stop of an initial or a title, stands before it
	line       bool // the first of a line
}

// class is what the lists say of a word.
type class uint16

const (
	given    class = 1 << iota // a first name
	family                     // a family name
	ordinary                   // often written with a capital without being a name
	title                      // "Mrs", "PC"
	relation                   // "neighbour", "daughter"
	head                       // the last word of what streets, bodies and buildings are called
	signoff                    // "regards"
	told                       // what is done to, or by, somebody with a name
	common                     // a first name that is a word of English, too
	inMonth                    // the name of a month
	network                    // "Instagram"
	spoken                     // "seven", "double"
	german                     // a word of German that is none of English
	english                    // one of the commonest words of English
	little                     // never part of a name: "the", "and"
)

//go:embed lexicon/*.txt
var lists embed.FS

var lexicon = sync.OnceValue(func() map[string]class {
	m := make(map[string]class, 8192)
	add := func(c class, text string) {
		text = fold(text).text // as the words that are looked up
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "#") {
				for _, w := range strings.Fields(line) {
					m[w] |= c
				}
			}
		}
	}
	for name, c := range map[string]class{"given": given, "given-words": given | common, "family": family, "ordinary": ordinary} {
		b, err := lists.ReadFile("lexicon/" + name + ".txt")
		if err != nil {
			panic(err) // part of the program
		}
		add(c, string(b))
	}
	add(title, titles)
	add(relation, relations)
	add(head|ordinary, heads)
	add(signoff, signoffs)
	add(told, tellings)
	add(little|ordinary, littles)
	add(inMonth, months)
	add(network, networks)
	for w := range spokenDigits {
		add(spoken, w)
	}
	for w := range repeats {
		add(spoken, w)
	}
	add(german, "der das und nicht ist ein eine einen auf mit den dem fur sollte sollten werden wird auch sich bei zum zur sind oder mehr als nur")
	add(english, "the and of to is i my we they it")
	return m
})

const (
	titles = `mr mrs ms miss mx dr prof professor pc wpc pcso dc ds di dci sgt sergeant cllr councillor rev reverend inspector detective
		constable superintendent officer father fr sister brother pastor imam sheikh sheik rabbi aunt auntie aunty uncle nurse doctor judge
		justice lord lady sir dame baroness madam haji hajji mufti maulana bhai pani pan domnul doamna`
	relations = `door neighbour neighbor friend friends mate daughter daughters son sons child baby boy boys girl girls sister sisters brother brothers mother mum father dad wife husband
		partner boyfriend girlfriend ex fiance fiancee uncle aunt auntie cousin nephew niece grandson granddaughter grandmother grandfather nan
		gran granddad grandad law stepson stepdaughter stepfather stepmother landlord landlady boss manager colleague flatmate housemate
		lodger tenant client punter worker pimp dealer solicitor lawyer teacher nurse doctor gp dentist therapist carer cleaner caretaker
		caseworker driver imam priest vicar pastor
		prietena prietenul sora fratele fiica fiul sotul sotia mama tata vecina vecinul
		brat siostra corka syn maz zona kolega kolezanka sasiad sasiadka przyjaciel przyjaciolka`
	heads = `road rd street st avenue ave lane ln close drive crescent gardens garden gdns grove way court terrace place square row walk parade
		broadway rise mews station park council police school schools primary hospital centre center library church mosque temple gurdwara
		college academy university association group trust ltd limited plc company inc corporation bank society foundation charity committee
		party model act order team service services project army office department ministry market bridge hall inn arms hotel cafe bakery
		pharmacy times news guardian recorder parliament house commons lords town city village borough county buildings building estate
		flats ward constituency line bus route river canal island islands union international conference surgery clinic shop store
		supermarket restaurant theatre cinema museum festival day week month convention report review survey scheme plan strategy code bill
		award prize league cup club band orchestra records films show kingdom states republic republics nations airport junction roundabout
		pastors mission forum network alliance agency authority board commission commissioner crown magistrates tower towers lodge farm`
	signoffs = `regards sincerely faithfully signed yours thanks thank wishes best cheers love respectfully undersigned`
	tellings = `said says say told tell tells asked ask asks met phoned rang ring dear hi hello contact email thinks thought wrote lives lived
		died replied shouted laughed promised explained knows helped introduced married visited`
	littles = `a about after all am an and any are as at be am because been before but by can could did do does for from get got had has have he
		her here hers him his how i if in into is it its just let like many may me more most much must my no nor not now of off on once one
		only or our out over own please shall she should so some such than that the their them then there these they this those to too
		two under until up us very was we were what when where which while who why will with would yes yet you your
		i'm i've i'd i'll it's that's he's she's we're they're don't can't won't isn't
		anonymous resident residents sex worker workers business trader client clients organisation charity helper volunteer unknown
		universal`
)

// words splits a view into its words.
func words(text, low string) []word {
	known := lexicon()
	out := make([]word, 0, len(text)/6)
	gap := 0 // where the gap before the word begins
	for i := 0; i < len(low); {
		size := letterAt(low, i)
		if size == 0 {
			_, n := utf8.DecodeRuneInString(low[i:])
			i += n
			continue
		}
		w := word{start: i}
		letters, digits := 0, 0
		for i < len(low) {
			c := low[i]
			size := letterAt(low, i)
			if size == 0 && (c == '\'' || c == '-') && letters > 0 && i+1 < len(low) && letterAt(low, i+1) > 0 && !isDigit(low[i+1]) && !isDigit(low[i-1]) {
				if c == '-' && i-w.start <= longestSpoken && (spokenDigits[low[w.start:i]] != "" || repeats[low[w.start:i]] > 0) {
					break // "zero-seven-seven"
				}
				size = 1
			} else if size == 0 {
				break
			} else if isDigit(c) {
				digits++
			} else {
				letters++
			}
			i += size
		}
		w.end = i
		w.numeric, w.mixed = letters == 0, letters > 0 && digits > 0
		w.key = strings.TrimSuffix(low[w.start:w.end], "'s")
		w.opens, w.joined, w.line = gapBefore(low[gap:w.start], out)
		if letters > 0 {
			first, _ := utf8.DecodeRuneInString(text[w.start:])
			w.capital = unicode.IsUpper(first)
			w.shouted = w.capital && letters > 1 && text[w.start:w.start+len(w.key)] == strings.ToUpper(w.key)
			w.class = classOf(known, w.key)
		}
		out = append(out, w)
		gap = i
	}
	return out
}

// classOf looks a word up; of one in two parts, what either part is.
func classOf(known map[string]class, key string) class {
	c, ok := known[key]
	if !ok {
		if a, b, cut := strings.Cut(key, "-"); cut {
			return (known[a] | known[b]) & (given | family | ordinary | common)
		}
	}
	return c
}

// letterAt returns the length of the letter, digit or vowel sign at s[i], or 0.
func letterAt(s string, i int) int {
	if s[i] < utf8.RuneSelf {
		if isAlnum(s[i]) {
			return 1
		}
		return 0
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	if unicode.IsLetter(r) || unicode.IsMark(r) {
		return size
	}
	return 0
}

// gapBefore says of what stands between the last word and the next whether the
// next opens a sentence, is joined to the last, or is the first of a line.
func gapBefore(gap string, before []word) (opens, joined, line bool) {
	if len(before) == 0 {
		return true, false, true
	}
	joined = gap == " "
	if joined {
		return false, true, false
	}
	last := before[len(before)-1]
	line = strings.IndexByte(gap, '\n') >= 0
	if dotted := strings.HasPrefix(gap, "."); dotted && !line && (last.end-last.start == 1 || last.class&title != 0 || last.key == "st") {
		gap = gap[1:]
	}
	joined = !line && strings.Trim(gap, " \t") == ""
	opens = line || strings.ContainsAny(gap, ".!?:;\"“”•*>([/")
	return opens, joined, line
}

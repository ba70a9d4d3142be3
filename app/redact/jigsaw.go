package redact

import (
	"regexp"
	"slices"
	"strings"
)

// Trait is a kind of thing that a text tells about somebody and that many others
// share, in words fit to be shown.
type Trait string

const (
	TraitAge        Trait = "age"
	TraitOrigin     Trait = "where somebody is from"
	TraitFamily     Trait = "family"
	TraitPlaceTime  Trait = "a place with a time"
	TraitWork       Trait = "occupation"
	TraitAppearance Trait = "appearance"
	TraitVehicle    Trait = "vehicle"
	TraitSchool     Trait = "school"
	TraitHealth     Trait = "health"
)

// Piece is a part of a text that tells one trait.
type Piece struct {
	Start, End int // in bytes of the text, at the edges of whole characters
	Trait      Trait
}

// jigsawTraits is from how many different traits on a text is warned of.
const jigsawTraits = 3

// Jigsaw returns what in a text could, put together, identify somebody whom
// nothing in it names, in order: jigsaw identification, as the Information
// Commissioner calls it. It returns nil where fewer than three traits are told.
//
// The pieces are a warning for whoever reads the text, not a suggestion to take
// them out; and what people are in the matter (residents, sex workers, parents,
// believers) is no piece.
func Jigsaw(text string) []Piece {
	v := look(text)
	var out []Piece
	told := map[Trait]bool{}
	for _, t := range traits {
		for _, m := range t.re.FindAllStringSubmatchIndex(v.low, -1) {
			if m[3] <= m[2] {
				continue
			}
			e := v.source(m[2], m[3])
			out = append(out, Piece{int(e.start), int(e.end), t.trait})
			told[t.trait] = true
		}
	}
	if len(told) < jigsawTraits {
		return nil
	}
	slices.SortStableFunc(out, func(a, b Piece) int { return a.Start - b.Start })
	return out
}

// anyOf is an expression for any of the words, which may be expressions.
func anyOf(words string) string { return `(?:` + strings.Join(strings.Fields(words), "|") + `)` }

// traits are what tells each trait; the first group of an expression is the piece.
var traits = func() []struct {
	trait Trait
	re    *regexp.Regexp
} {
	var (
		tens    = anyOf(`twenty thirty forty fifty sixty seventy eighty ninety`)
		small   = anyOf(`one two three four five six seven eight nine ten`)
		who     = anyOf(`i i'm he he's she she's we they who`)
		peoples = anyOf(`afghan albanian algerian bangladeshi bengali brazilian bulgarian cameroonian chinese colombian congolese cypriot czech
			eritrean estonian ethiopian filipin[oa] french gambian german ghanaian greek hungarian indian iranian iraqi irish italian
			ivorian jamaican kenyan kosovan kurdish latvian lithuanian malaysian moldovan moroccan nepali nepalese nigerian pakistani
			polish portuguese punjabi roma romanian russian rwandan senegalese serbian slovak somali spanish sudanese sylheti syrian
			tamil thai tunisian turkish ugandan ukrainian venezuelan vietnamese zimbabwean`)
		jobs = anyOf(`accountant architect baker barber barrister beautician bouncer builder butcher caretaker carpenter cashier chef chemist
			childminder cleaner cook courier dentist dinner.lady doctor doorman electrician engineer florist gardener gp guard hairdresser
			imam interpreter janitor journalist lawyer lecturer librarian locksmith mechanic midwife minister musician nurse optician
			painter paramedic pastor pharmacist physiotherapist pianist plumber porter postman postwoman priest professor
			psychologist receptionist roofer scaffolder seamstress secretary singer solicitor surgeon tailor teacher translator vicar
			vet waiter waitress welder`)
		colours = anyOf(`black white red blue green silver grey gold yellow orange purple pink brown beige`)
		cars    = anyOf(`car van taxi cab lorry truck motorbike moped scooter bmw mercedes audi ford vauxhall toyota prius honda nissan
			volkswagen vw golf polo corsa astra fiesta focus transit mini fiat peugeot renault skoda volvo jaguar porsche tesla hyundai
			kia mazda range.rover`)
		ills = anyOf(`pregnant miscarriage asthma asthmatic diabetes diabetic cancer epileps?y epileptic hiv hepatitis depression depressed bipolar
			schizophrenia ptsd autis(?:m|tic) adhd dementia stroke dialysis arthritis osteoporosis deaf blind wheelchair disabled
			amputee sickle.cell chemotherapy transplant methadone overdose suicidal self-harm anorexi[ac] parkinson's`)
	)
	out := []struct {
		trait Trait
		re    *regexp.Regexp
	}{
		{TraitAge, regexp.MustCompile(`\b((?:i am|i'm|he is|he's|she is|she's|aged?)(?: only| just| now)? (?:[1-9][0-9]|` + tens + `(?:[- ]` + small + `)?))\b`)},
		{TraitAge, regexp.MustCompile(`\b([1-9][0-9]?[- ]years?[- ]old)\b`)},
		{TraitOrigin, regexp.MustCompile(`\b(?:` + who + ` (?:am |is |are |was )?(?:an? )?|only |the |an? )(` + peoples + `)\b`)},
		{TraitOrigin, regexp.MustCompile(`\b((?:(?:come|came|comes|am|is|moved|moved here) from|born in) [\p{L}]+)\b`)},
		{TraitFamily, regexp.MustCompile(`\b((?:mother|father|mum|dad) of (?:[2-9]|` + small + `|twins)|twins|triplets|widow(?:ed|er)?|adopted|(?:[2-9]|` + small + `) (?:grand)?(?:children|kids|sons|daughters|boys|girls))\b`)},
		{TraitPlaceTime, regexp.MustCompile(`\b((?:outside|behind|opposite|next to|above|in front of|corner of|beside|at the)\b[^.!?\n]{1,60}\b` + clock + `)`)},
		{TraitPlaceTime, regexp.MustCompile(`\b(` + clock + `[^.!?\n]{1,60}\b(?:outside|behind|opposite|next to|above|in front of|corner of|beside)\b)`)},
		{TraitWork, regexp.MustCompile(`\b(?:i am|i'm|i was|he is|she is|he's|she's|as|my (?:husband|wife|son|daughter|mother|father|brother|sister) is|the only|the|an?) (?:an? |the )?(?:\w+ )?(` + jobs + `)\b`)},
		{TraitWork, regexp.MustCompile(`\b((?:i|he|she|we) (?:run|runs|ran|own|owns|manage|manages) (?:the|a|an) [\p{L}]+(?: [\p{L}]+)?)\b`)},
		{TraitWork, regexp.MustCompile(`\b((?:i|he|she) (?:work|works|worked) (?:at|in|for|nights at) (?:the|a|an) [\p{L}]+)\b`)},
		{TraitAppearance, regexp.MustCompile(`\b(tattoos?|tattooed|birthmark|scars?|limp|limps|dreadlocks|moustache|beard|piercings?|(?:red|ginger|blonde?|grey|dyed|pink|blue|green|long|curly) hair|(?:\w+ )?accent|walking stick|prosthetic|one (?:arm|leg|eye)|missing (?:tooth|teeth|finger))\b`)},
		{TraitVehicle, regexp.MustCompile(`\b(` + colours + ` (?:\w+ )?` + cars + `)\b`)},
		{TraitSchool, regexp.MustCompile(`\b((?:son|daughter|child|children|kids|boy|girl)(?:'s)?(?: \w+){0,3} (?:school|nursery|reception class|sixth form)|(?:in )?year (?:[1-9]|1[0-3])|year (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven))\b`)},
		{TraitHealth, regexp.MustCompile(`\b(` + ills + `)\b`)},
	}
	return out
}()

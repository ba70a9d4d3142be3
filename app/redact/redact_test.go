package redact

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Everybody and everything here is invented, and chosen so that it cannot belong
// to anybody:
//
//   - Phone numbers are in the ranges Ofcom keeps for drama.
//   - National Insurance numbers begin PP, which has the form of a prefix and is
//     given to pension schemes, never to a person.
//   - NHS numbers begin 999, kept for tests.
//   - Current number plates have the ages 28, 29, 78 and 79, not yet issued; older
//     ones the number 000, never issued.
//   - Postcodes are in districts that do not exist (IG99, E99).
//   - The card number and the IBAN are the specimens printed in documentation.
var positive = []struct{ name, text, want string }{
	{"landline", "Ring me on 020 7946 0123 after six.", "Ring me on [phone number] after six."},
	{"mobile", "text 07700 900123", "text [phone number]"},
	{"mobile run together", "07700900123", "[phone number]"},
	{"country code", "+44 7700 900123, or +44 (0)20 7946 0123", "[phone number], or [phone number]"},
	{"country code 00", "0044 20 7946 0123.", "[phone number]."},
	{"country code bare", "WhatsApp 447700900123", "WhatsApp [phone number]"},
	{"abroad", "+33 1 99 00 12 34", "[phone number]"},
	{"dots", "07700.900.123", "[phone number]"},
	{"brackets", "(020) 7946-0123", "[phone number]"},
	{"every digit apart", "0 7 7 0 0 9 0 0 1 2 3", "[phone number]"},
	{"words", "oh seven seven double oh nine double oh one two three, ask for me", "[phone number], ask for me"},
	{"words and digits", "call zero7700 nine hundred", "call zero7700 nine hundred"},
	{"digits then words", "call 07700 nine zero zero one two three", "call [phone number]"},
	{"letters for digits", "O77OO 9OOl23", "[phone number]"},
	{"full width", "０７７００　９００１２３", "[phone number]"},
	{"zero width", "077\u200b00 900\u200d123 now", "[phone number] now"},
	{"en dash", "07700–900–123", "[phone number]"},
	{"year first", "since 2018 07700 900123", "since 2018 [phone number]"},

	{"email", "Write to sam.o'brien+pspo@example.co.uk.", "Write to [email address]."},
	{"email spaced", "sam @ example.com", "[email address]"},
	{"email in words", "sam dot brien at example dot com please", "[email address] please"},
	{"email bracketed", "sam (at) example [dot] co [dot] uk", "[email address]"},
	{"email half in words", "sam at gmail.com", "[email address]"},

	{"url", "See https://example.com/a?b=c.", "See [web address]."},
	{"www", "(www.example.org/me)", "([web address])"},
	{"domain", "look at example.co.uk/sam today", "look at [web address] today"},
	{"handle", "I am @sam_brien99 there", "I am [username] there"},
	{"named handle", "Insta: sam.brien", "Insta: [username]"},

	{"postcode", "I live in IG99 9ZZ.", "I live in [postcode]."},
	{"postcode small", "e99 9zz", "[postcode]"},
	{"postcode run together", "IG999ZZ", "[postcode]"},
	{"postcode hyphen", "IG99-9ZZ", "[postcode]"},

	{"plate", "a white van AB79 XYZ stops", "a white van [number plate] stops"},
	{"plate run together", "AB29XYZ", "[number plate]"},
	{"plate small", "his reg is ab28xyz", "his reg is [number plate]"},
	{"plate prefix", "X000 XYZ", "[number plate]"},
	{"plate suffix", "XYZ 000X", "[number plate]"},
	{"plate that spells", "car reg A000 THE", "car reg [number plate]"},

	{"National Insurance", "PP 99 99 99 A", "[National Insurance number]"},
	{"National Insurance run together", "ni pp999999d", "ni [National Insurance number]"},
	{"NHS", "999 123 4594 is mine", "[NHS number] is mine"},
	{"NHS run together", "NHS number: 9990000018", "NHS number: [NHS number]"},
	{"card", "paid with 4111 1111 1111 1111 there", "paid with [card number] there"},
	{"card run together", "4111111111111111", "[card number]"},
	{"account", "pay 00-00-00 12345678", "pay [bank account]"},
	{"account named", "sort code 000000, account number 1234 5678", "sort code [bank account], account number [bank account]"},
	{"account first", "12345678 (00-00-00)", "[bank account])"},
	{"IBAN", "GB82 WEST 1234 5698 7654 32 and go", "[bank account] and go"},
	{"IBAN run together", "GB82WEST12345698765432", "[bank account]"},

	{"address", "I live at 12 Wexcombe Lane.", "I live at [address]."},
	{"address flat", "Flat 3b, 112a Upper Wexcombe Road", "[address]"},
	{"address range", "12–14 St Osric's Avenue", "[address]"},
	{"address small", "at 12 wexcombe lane", "at [address]"},

	{"my name", "My name is Sam Brien and I agree", "My name is [name] and I agree"},
	{"my name small", "my name's sam and I agree", "my name's [name] and I agree"},
	{"called", "a man called Osric shouts", "a man called [name] shouts"},
	{"call me", "Call me Sam.", "Call me [name]."},
	{"title", "Ask Mrs. Okonkwo-Brien or Dr Wexcombe", "Ask [name] or [name]"},
	{"police", "PC Wexcombe was kind", "[name] was kind"},
	{"title small", "mr wexcombe moved", "[name] moved"},
	{"signature", "No more vans.\nKind regards,\nSam Brien", "No more vans.\nKind regards,\n[name]"},

	{"mobile in another script", "٠٧٧٠٠ ٩٠٠١٢٣", "[phone number]"},
	{"mobile in keycaps", "0️⃣7️⃣7️⃣0️⃣0️⃣ 900123", "[phone number]"},
	{"digits in words and written", "zero 7 seven zero zero 9 zero zero 5 five 5 please", "[phone number] please"},
	{"triple", "oh double seven oh oh, nine double oh, treble two!", "[phone number]!"},
	{"American", "call (212) 555-0123 or 212.555.0123", "call [phone number] or [phone number]"},
	{"European, within the country", "she used 0688 872 49 99, then 0489 25 37 29 and 0961-7596216", "she used [phone number], then [phone number] and [phone number]"},
	{"seven digits and a cue", "ring 555 0123", "ring [phone number]"},
	{"email apart", "it is vik . stone @ example . com", "it is [email address]"},
	{"email letter by letter", "s a m @ e x a m p l e . o r g", "[email address]"},
	{"handle on a network", "on telegram as vik_e99 and insta vik.e99", "on telegram as [username] and insta [username]"},
	{"district said to be theirs", "My postcode is IG99 and we live in E99.", "My postcode is [postcode] and we live in [postcode]."},
	{"postcode letter by letter", "in I G 9 9 9 Z Z", "in [postcode]"},
	{"plate Cyrillic, letter by letter", "А В 7 9 К О М I saw", "[number plate] I saw"},
	{"plate present form that spells", "AB79 OLD", "[number plate]"},
	{"plate without a date", "private reg ABC 000, plate 000 BXA", "private reg [number plate], plate [number plate]"},
	{"NI letter by letter", "P P 9 9 9 9 9 9 A.", "[National Insurance number]."},
	{"NHS in words", "nhs nine nine nine one two three four five nine four", "nhs [NHS number]"},
	{"card and its date", "4111 1111 1111 1111 12/30", "[card number] 12/30"},
	{"driving licence", "WEXCO 912305 SB9IJ", "[driving licence number]"},
	{"passport", "passport no. 999000111", "passport no. [passport number]"},
	{"address after a colon", "Address: 12 Wexcombe Lane", "Address: [address]"},
	{"address of a flat", "at Flat 11, 6 Osric Court", "at [address]"},
	{"flat in a building", "in Flat 11 Osric House", "in [address]"},

	{"date of birth", "born on 2 June 1979, dob 05/11/83", "born on [date], dob [date]"},
	{"day and time", "I was there on 3 March at 2am.", "I was there on [date]."},
	{"time and day", "He hit me at about 11pm on Saturday 9 November", "He hit me [date]"},
	{"day of what happened", "She was attacked on 3rd of May 2025", "She was attacked on [date]"},

	{"neighbour", "my neighbour Dave and my friend osman", "my neighbour [name] and my friend [name]"},
	{"relation with commas", "my daughter, Torvalda, walks", "my daughter, [name], walks"},
	{"in-law", "my sister in law Wenna", "my sister in law [name]"},
	{"age of somebody named", "Aisha, 9, and Bogdan (34) and Doina aged 8", "[name], [age], and [name] ([age]) and [name] aged [age]"},
	{"age after a name and a verb", "My son Yusuf is 9 years old", "My son [name] is [age] years old"},
	{"full name in no list", "Torvald Wexcombe said so", "[name] said so"},
	{"initials", "Mr. J. Osei and T. A. Blackwood", "[name] and [name]"},
	{"with accents", "Ștefan Brânză, Zofia Wiśniewska, José", "[name], [name], [name]"},
	{"accents written apart", "my friend Zoé left", "my friend [name] left"},
	{"possessive", "Dave's van, Torvald's van", "[name]'s van, [name]'s van"},
	{"a word that is a name", "I saw Grace, Hope Okafor and Mark Tremaine.", "I saw [name], [name] and [name]."},
	{"a name again", "My friend Torvalda came. Torvalda left.", "My friend [name] came. [name] left."},
	{"a row", "with karen, adam and kevin, and with Torvald, Janet and Wenna", "with [name], [name] and [name], and with [name], [name] and [name]"},
	{"police by number", "PC 4471 Wexcombe", "[name]"},
	{"signature of one", "No more.\nThanks, Nadia", "No more.\nThanks, [name]"},
	{"name letter by letter", "call D.a.v.e or my name is J o a n n a", "call [name] or my name is [name]"},
	{"name in Cyrillic letters", "ask Ѕаndrа", "ask [name]"},
	{"Romanian", "Mă numesc Mihaela. Fiica mea Andreea, 8 ani.", "Mă numesc [name]. Fiica mea [name], [age] ani."},
	{"Polish", "Nazywam się Wacław Brzoza, mój brat Paweł", "Nazywam się [name], mój brat [name]"},
	{"Urdu", "میرا نام نسرین ہے", "میرا نام [name] ہے"},

	{"overlap", "sam@example.com/x", "[email address]"},
	{"accents before", "Café – naïve 😀 07700 900123 é", "Café – naïve 😀 [phone number] é"},
}

func TestSuggest(t *testing.T) {
	for _, test := range positive {
		t.Run(test.name, func(t *testing.T) {
			s := Suggest(test.text)
			got := Apply(test.text, s)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", test.text, diff)
			}
			if again := Suggest(got); len(again) > 0 {
				t.Errorf("%q still has %v", got, again)
			}
		})
	}
}

func TestOffsetsAreBytes(t *testing.T) {
	got := Suggest("né 😀 07700 900123!")
	want := []Suggestion{{Start: 9, End: 21, Kind: Phone, Replacement: "[phone number]", Confidence: 0.97, Why: "a phone number of the numbering plan"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Things that look like identifiers and are not.
func TestSuggestNothing(t *testing.T) {
	for _, text := range []string{
		"From 012 to 034 567 people came; sections 01-02-03 and 0800 to 1000 hours; 05 11 12 was wet.",
		"The PSPO 2018 ran from 2018 to 2021 and again 2021-2024.",
		"It cost £100, then £1,000 and £20 000 in 2019.",
		"Order number 20180770099 and case 0123456.",
		"Complaint ref 1234567890, dated 01/02/2019 at 10.30.",
		"01.02.2019 100 people; 01-02-2019 10:30",
		"Between the A406 and the A12, near the M11, on the A12 THE noise is worse.",
		"The W19 and 25 buses stop there, every 10 min from 06:00 to 23:30.",
		"Route 25 Wexcombe Lane is noisy; the bus 179 High Road too.",
		"The W19 4th stop, E11 2nd stop.",
		"IG1 and E12 are both affected.",
		"Ilford Lane, Wexcombe Road and High Road need lights.",
		"In 2019 Wexcombe Lane was quiet.",
		"At 10:30 High Road was busy, £5 High Street parking.",
		"5 women down the street, 10 years on this road, 20 metres from the lane",
		"no10 and no12 say so, in may25 the road",
		"QQ 12 34 56 C is what the form shows.", // HMRC's specimen: Q is in no prefix
		"BG 12 34 56 A, PP 12 34 56 E",          // no such prefix, no such suffix
		"999 123 4561 fails its check, and 9990000018 is not said to be one.",
		"4111 1111 1111 1112 fails its check.",
		"GB83 WEST 1234 5698 7654 32 fails its check.",
		"12-10-18 to 13-10-18",
		"I was looked at and called names by a man. They called the police.",
		"A place called Ilford, a charity named Toynbee.",
		"My name is not important. My name is private.",
		"The PC World car park, Ms Word and Dr who.",
		"I am a resident. I am a sex worker. We are Sex Workers.",
		"Yes. No comment.Next please. We met at the park. Look at polka dot dresses.",
		"5.30pm is not, e.g. this",
		"email me @ home, 5 @ £2",
		"Section 59(3) and s.72 of the 2014 Act",
		"the PSPO of 2014, sections 59 to 75, 24/7, 2 am, £100, 2.5%, bus 86 and N86, 25",
		"On 3 March 2026 the meeting begins at 7pm. The order expires on 30 November 2026 at 23:59.",
		"May I ask? Will it end? Mark my words. Grace is needed, and hope. Rob the poor, sue the rich.",
		"The Rose Garden, Penny Bridge, Summer House, a Holly hedge and a Rose bed",
		"Redbridge Council, the Metropolitan Police, Home Office, Salvation Army, Street Pastors, Amnesty International",
		"Valentines Park, Seven Kings, Gants Hill, Harold Hill, Barking and Dagenham, Newham, London, Romania",
		"Kings Avenue, Stanley Road, Albert Road, St Mary's Church, King George Hospital",
		"Romanian, Polish and Pakistani families; Christian, Sikh and Muslim leaders; Islam teaches mercy.",
		"My neighbour Romanian families. I am Punjabi, Deaf and Ahmadi.",
		"We Live Here And It Is Not Fair That The Council Does Nothing",
		"THE COUNCIL DOES NOTHING FOR ILFORD LANE",
		"Die Politik muss den Ausbau der Radwege und der Bahn in Wien sowie das Klima im Blick haben.",
		"I want a passport in 10 days. Model B07XJ8C8F5, code A1B2C3D4, invoice 2023/00418.",
		"the postcode lottery, I am in two minds, we live in fear",
		"I am 58. A woman of 34. 16 to 24 year olds.",
		"options A B C D, 1 2 3 4, U.N. and N.H.S.",
		"twenty one, one two three four five six seven eight nine ten eleven",
		"",
	} {
		if got := Suggest(text); len(got) > 0 {
			t.Errorf("%q: suggested %v, %q", text, got, Apply(text, got))
		}
	}
}

// What people are in the matter is never taken for a name.
func TestStandpointsStay(t *testing.T) {
	for _, word := range []string{"resident", "sex worker", "Sex Worker", "business", "client", "organisation"} {
		for _, cue := range []string{"my name is ", "My name is ", "a woman called ", "Call me ", "Mrs ", "Kind regards,\n"} {
			if got := Suggest(cue + word); len(got) > 0 {
				t.Errorf("%q: suggested %v", cue+word, got)
			}
		}
	}
}

// What is most likely a place waits for a person.
func TestTextLeavesTheDoubtful(t *testing.T) {
	const text = "Please keep Fairmead safe, says Dave. Ring 07700 900123."
	if got, want := Text(text), "Please keep Fairmead safe, says [name]. Ring [phone number]."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if s := Suggest(text); len(s) != 3 || s[0].Confidence >= Doubtful || text[s[0].Start:s[0].End] != "Fairmead" {
		t.Errorf("%+v", s)
	}
	if got := Text(""); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestApply(t *testing.T) {
	const text = "añb😀cd"
	for _, test := range []struct {
		name string
		s    []Suggestion
		want string
	}{
		{"nothing", nil, text},
		{"out of order", []Suggestion{{Start: 4, End: 8, Replacement: "[x]"}, {Start: 0, End: 1, Replacement: "[y]"}}, "[y]ñb[x]cd"},
		{"all", []Suggestion{{Start: 0, End: 10, Replacement: "[x]"}}, "[x]"},
		{"overlap", []Suggestion{{Start: 0, End: 4, Replacement: "[x]"}, {Start: 3, End: 8, Replacement: "[y]"}}, "[x]😀cd"},
		{"outside", []Suggestion{{Start: -1, End: 3}, {Start: 9, End: 11}, {Start: 19, End: 22}}, text},
		{"empty", []Suggestion{{Start: 2, End: 2, Replacement: "[x]"}, {Start: 3, End: 1, Replacement: "[x]"}}, text},
	} {
		if got := Apply(text, test.s); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func FuzzSuggest(f *testing.F) {
	for _, test := range positive {
		f.Add(test.text)
	}
	f.Add("\xff@\xfe.com ﷺ 07700\u0301 900123")
	f.Fuzz(func(t *testing.T, text string) {
		edges := map[int]bool{len(text): true} // where characters begin
		for i := range text {
			edges[i] = true
		}
		s := Suggest(text)
		end := 0
		for _, one := range s {
			if one.Start < end || one.End <= one.Start || !edges[one.Start] || !edges[one.End] {
				t.Fatalf("%+v after %d in %d bytes", one, end, len(text))
			}
			if one.Kind == "" || one.Replacement != "["+string(one.Kind)+"]" || one.Confidence <= 0 || one.Confidence >= 1 || one.Why == "" {
				t.Fatalf("%+v", one)
			}
			end = one.End
		}
		got := Apply(text, s)
		if limit := len(text) + len(s)*len("["+NationalInsurance+"]"); len(got) > limit {
			t.Errorf("%d bytes became %d", len(text), len(got))
		}
		if len(s) == 0 && got != text {
			t.Error("no suggestions, but the text changed")
		}
		if strings.Count(got, "[") < len(s) {
			t.Errorf("%d replacements are not all there", len(s))
		}
		end = 0
		for _, p := range Jigsaw(text) {
			if p.Start < end || p.End <= p.Start || !edges[p.Start] || !edges[p.End] || p.Trait == "" {
				t.Fatalf("%+v after %d in %d bytes", p, end, len(text))
			}
			end = p.Start
		}
	})
}

func BenchmarkSuggest(b *testing.B) {
	var text strings.Builder
	for _, test := range positive {
		text.WriteString(test.text + "\n")
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		Suggest(text.String())
	}
}

// What is called after a place or a founder is nobody's name, and what is only
// supposed to be one makes no name of the same word elsewhere.
func TestBodiesAreNobody(t *testing.T) {
	for _, text := range []string{
		"I am writing to ask Fairmead Council not to extend this order.",
		"They told Eastmoor Police about it.",
		"We asked Lantern Collective and Larkhill Trust.",
		"It was more than once. Nineteen said that a child saw it.",
		"Puneți și un afiș în română, ca să știe toată lumea. Mai bine plătiți oameni.",
		"Why take Eastfield out of the order? Eastfield has the same cars.",
	} {
		if got := Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

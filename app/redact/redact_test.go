package redact

import (
	"strings"
	"testing"
	"unicode/utf8"

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

func TestOffsetsAreCodePoints(t *testing.T) {
	got := Suggest("né 😀 07700 900123!")
	want := []Suggestion{{Start: 5, End: 17, Kind: Phone, Replacement: "[phone number]"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Things that look like identifiers and are not.
func TestSuggestNothing(t *testing.T) {
	for _, text := range []string{
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

func TestApply(t *testing.T) {
	const text = "añb😀cd"
	for _, test := range []struct {
		name string
		s    []Suggestion
		want string
	}{
		{"nothing", nil, text},
		{"out of order", []Suggestion{{Start: 3, End: 4, Replacement: "[x]"}, {Start: 0, End: 1, Replacement: "[y]"}}, "[y]ñb[x]cd"},
		{"all", []Suggestion{{Start: 0, End: 6, Replacement: "[x]"}}, "[x]"},
		{"overlap", []Suggestion{{Start: 0, End: 3, Replacement: "[x]"}, {Start: 2, End: 4, Replacement: "[y]"}}, "[x]😀cd"},
		{"outside", []Suggestion{{Start: -1, End: 2}, {Start: 5, End: 7}, {Start: 9, End: 12}}, text},
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
		s := Suggest(text)
		points := utf8.RuneCountInString(text)
		end := 0
		for _, one := range s {
			if one.Start < end || one.End <= one.Start || one.End > points {
				t.Fatalf("%+v after %d in %d code points", one, end, points)
			}
			if one.Kind == "" || one.Replacement != "["+string(one.Kind)+"]" {
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
		if kept := utf8.RuneCountInString(got); strings.Count(got, "[") < len(s) || kept == 0 && points > 0 {
			t.Errorf("%d replacements are not all there", len(s))
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

package search

type How string

const (
	HowWord      How = "word"
	HowPhrase    How = "phrase"
	HowForm      How = "form"
	HowBeginning How = "beginning"
	HowSpelling  How = "spelling"
)

type Reason struct {
	Asked string
	Found string
	How   How
}

func Reasons(text string, h Hit) []Reason { return nil }

func Matches(e Expression, text, language string) []Span { return nil }

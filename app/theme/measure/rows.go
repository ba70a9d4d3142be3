package measure

import "heard/app/measured"

// A row is one body of text and what is measured on it.
type row struct {
	id, name string
	needs    []string // files, without which it is skipped
	run      func(*meter) error
	goals    []measured.Goal
}

// Names of figures.
const (
	accuracy    = "accuracy"
	nmi         = "NMI"
	ami         = "AMI"
	singly      = "listed singly"
	wall        = "wall time"
	microF1     = "micro-F1"
	macro       = "macro-F1"
	mapStrict   = "mAP strict"
	mapRelaxed  = "mAP relaxed"
	pairsF1     = "F1"
	oneMind     = "as a theme, a group of one mind"
	twoMinds    = "as a theme, a group of two minds"
	nmfOneMind  = "plain NMF, a group of one mind"
	nmfTwoMinds = "plain NMF, a group of two minds"
	added       = "themes added"
	memory      = "memory"
	growth      = "growth of time from 20,000"
	growthCPU   = "growth of processor time"
)

// rows is the table, in the order it is measured and printed.
var rows = []row{
	{"themes-stackoverflow", "StackOverflow titles, 20,000, k=20", []string{stackOverflow},
		themesOf(stackOverflow, 20), []measured.Goal{measured.Least(accuracy, 84), measured.Least(nmi, 74), measured.Most(wall, 4)}},
	{"themes-searchsnippets", "SearchSnippets, 12,340, k=8", []string{searchSnippets},
		themesOf(searchSnippets, 8), []measured.Goal{measured.Least(accuracy, 78), measured.Least(nmi, 67)}},
	{"themes-banking77", "Banking77, k=77", []string{banking77},
		themesOf(banking77, 77), []measured.Goal{measured.Least(nmi, 65)}},
	{"place-nhs", "NHS answers (NEAS), placing, 5-fold", []string{nhsResponses},
		placeSeveral, []measured.Goal{measured.Least(microF1, 0.72)}},
	{"place-10", "StackOverflow, 10 examples a theme", []string{stackOverflow},
		placeTaught(10), []measured.Goal{measured.Least(macro, 80)}},
	{"place-50", "StackOverflow, 50 examples a theme", []string{stackOverflow},
		placeTaught(50), []measured.Goal{measured.Least(macro, 83)}},
	{"names-train", "ArgKP train, arguments to key points by name", []string{argArguments, argKeyPoints, argLabels},
		placeByName("train"), []measured.Goal{measured.Least(mapStrict, 0.45)}},
	{"names-dev", "ArgKP dev, arguments to key points by name", []string{argArguments, argKeyPoints, argLabels},
		placeByName("dev"), []measured.Goal{measured.Least(mapStrict, 0.46)}},
	{"small-searchsnippets", "SearchSnippets, 300 drawn at random", []string{searchSnippets},
		smallDraws(searchSnippets), []measured.Goal{measured.Least(nmi, 55)}},
	{"small-banking77", "Banking77, 300 drawn at random", []string{banking77},
		smallDraws(banking77), []measured.Goal{measured.Least(nmi, 69)}},
	{"campaigns", "Campaign pairs (regs_gov)", []string{regsComments, regsPairs},
		campaigns, []measured.Goal{measured.Least(pairsF1, 0.95)}},
	{"minority-stackoverflow", "Planted minority of 2 %, StackOverflow", []string{stackOverflow},
		minorityOf(stackOverflow), []measured.Goal{measured.Least(oneMind, 90), measured.Least(twoMinds, 90)}},
	{"minority-banking77", "Planted minority of 2 %, Banking77", []string{banking77},
		minorityOf(banking77), []measured.Goal{measured.Least(oneMind, 90), measured.Least(twoMinds, 90)}},
	{"minority-argkp", "Planted minority of 2 %, ArgKP", []string{argArguments, argLabels},
		minorityOfTopics, []measured.Goal{measured.Least(oneMind, 90), measured.Least(twoMinds, 90)}},
	{"random-group", "A group drawn at random, Banking77", []string{banking77},
		randomGroup, []measured.Goal{measured.Most(added, 0.5)}},
	{"large", "100,000 short texts, k=40", []string{stackOverflow, searchSnippets, banking77, argArguments},
		large, []measured.Goal{measured.Most(wall, 30), measured.Most(memory, 600), measured.Most(growth, 6)}},
}

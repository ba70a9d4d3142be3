package measure

// A goal is what a figure is to reach.
type goal struct {
	figure string
	value  float64
	most   bool // at most, else at least
}

func least(figure string, value float64) goal { return goal{figure, value, false} }
func most(figure string, value float64) goal  { return goal{figure, value, true} }

// A row is one body of text and what is measured on it.
type row struct {
	id, name string
	needs    []string // files, without which it is skipped
	run      func(*meter) error
	goals    []goal
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
		themesOf(stackOverflow, 20), []goal{least(accuracy, 84), least(nmi, 74), most(wall, 4)}},
	{"themes-searchsnippets", "SearchSnippets, 12,340, k=8", []string{searchSnippets},
		themesOf(searchSnippets, 8), []goal{least(accuracy, 78), least(nmi, 67)}},
	{"themes-banking77", "Banking77, k=77", []string{banking77},
		themesOf(banking77, 77), []goal{least(nmi, 65)}},
	{"place-nhs", "NHS answers (NEAS), placing, 5-fold", []string{nhsResponses},
		placeSeveral, []goal{least(microF1, 0.72)}},
	{"place-10", "StackOverflow, 10 examples a theme", []string{stackOverflow},
		placeTaught(10), []goal{least(macro, 80)}},
	{"place-50", "StackOverflow, 50 examples a theme", []string{stackOverflow},
		placeTaught(50), []goal{least(macro, 83)}},
	{"names-train", "ArgKP train, arguments to key points by name", []string{argArguments, argKeyPoints, argLabels},
		placeByName("train"), []goal{least(mapStrict, 0.45)}},
	{"names-dev", "ArgKP dev, arguments to key points by name", []string{argArguments, argKeyPoints, argLabels},
		placeByName("dev"), []goal{least(mapStrict, 0.46)}},
	{"small-searchsnippets", "SearchSnippets, 300 drawn at random", []string{searchSnippets},
		smallDraws(searchSnippets), []goal{least(nmi, 55)}},
	{"small-banking77", "Banking77, 300 drawn at random", []string{banking77},
		smallDraws(banking77), []goal{least(nmi, 69)}},
	{"campaigns", "Campaign pairs (regs_gov)", []string{regsComments, regsPairs},
		campaigns, []goal{least(pairsF1, 0.95)}},
	{"minority-stackoverflow", "Planted minority of 2 %, StackOverflow", []string{stackOverflow},
		minorityOf(stackOverflow), []goal{least(oneMind, 90), least(twoMinds, 90)}},
	{"minority-banking77", "Planted minority of 2 %, Banking77", []string{banking77},
		minorityOf(banking77), []goal{least(oneMind, 90), least(twoMinds, 90)}},
	{"minority-argkp", "Planted minority of 2 %, ArgKP", []string{argArguments, argLabels},
		minorityOfTopics, []goal{least(oneMind, 90), least(twoMinds, 90)}},
	{"random-group", "A group drawn at random, Banking77", []string{banking77},
		randomGroup, []goal{most(added, 0.5)}},
	{"large", "100,000 short texts, k=40", []string{stackOverflow, searchSnippets, banking77, argArguments},
		large, []goal{most(wall, 30), most(memory, 600), most(growth, 6)}},
}

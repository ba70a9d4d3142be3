package theme

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Letters are compared by their shingles: pairs of adjacent words. Two letters
// belong to one campaign when enough of the shorter one's shingles occur in
// the longer: containment, since many senders write a paragraph of their own
// in front. Less is enough when both have a passage of runWords words in
// common, word for word. Texts with few shingles are never compared, because
// short genuine answers resemble one another by chance.
const (
	leastShingles    = 20
	leastContainment = 0.4
	runContainment   = 0.2
	runWords         = 8
	runSample        = 4 // one run in this many is looked up
	hashes           = 128
	bands            = 42 // of bandRows hashes each
	bandRows         = 3
	leadersTried     = 16 // letters of a bucket a newcomer is compared with
)

// A campaign is a set of documents that are one letter.
type campaign struct {
	members   []int // documents, ascending
	template  int   // the member with the most typical wording
	additions map[int][]span
}

// findCampaigns finds the campaigns of c, largest first.
func findCampaigns(c *corpus) []campaign {
	sets := make([][]uint32, len(c.docs))
	var letters []int
	for i := range c.docs {
		if c.first[i+1]-c.first[i] > leastShingles {
			letters = append(letters, i)
		}
	}
	signatures := make([][bands]uint64, len(letters))
	hash := newHashes()
	inParallel(len(letters), 64, func(lo, hi int) {
		for l := lo; l < hi; l++ {
			set := shingles(c.of(letters[l]))
			if len(set) < leastShingles {
				continue
			}
			sets[letters[l]] = set
			signatures[l] = hash.signature(set)
		}
	})

	parent := make([]int, len(c.docs))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	join := func(i, j int, least float64) bool {
		a, b := root(i), root(j)
		if a != b && containment(sets[i], sets[j]) < least {
			return false
		}
		parent[max(a, b)] = min(a, b)
		return true
	}
	for band := range bands {
		leaders := map[uint64][]int{} // hash of the band → letters that lead there
		for l, i := range letters {
			if sets[i] != nil {
				key := signatures[l][band]
				leaders[key] = follow(leaders[key], i, func(j int) bool { return join(i, j, leastContainment) })
			}
		}
	}
	leaders := map[uint64][]int{} // hash of a run of words → letters that lead there
	for _, i := range letters {
		if sets[i] == nil {
			continue
		}
		refused := map[int]bool{}
		for _, key := range runs(c.of(i)) {
			leaders[key] = follow(leaders[key], i, func(j int) bool {
				if refused[j] {
					return false
				}
				refused[j] = !join(i, j, runContainment)
				return !refused[j]
			})
		}
	}

	byRoot := map[int]int{}
	var out []campaign
	for _, i := range letters {
		if sets[i] == nil {
			continue
		}
		r := root(i)
		n, ok := byRoot[r]
		if !ok {
			n = len(out)
			byRoot[r] = n
			out = append(out, campaign{})
		}
		out[n].members = append(out[n].members, i)
	}
	out = slices.DeleteFunc(out, func(g campaign) bool { return len(g.members) < 2 })
	slices.SortStableFunc(out, func(a, b campaign) int { return cmp.Compare(len(b.members), len(a.members)) })
	for n := range out {
		out[n].complete(c, sets)
	}
	return out
}

// follow offers letter i to the leaders of a bucket and, when it joins none,
// makes it one of them, if there is room.
func follow(leaders []int, i int, join func(j int) bool) []int {
	joined := false
	for _, j := range leaders {
		joined = j == i || join(j) || joined
	}
	if joined || len(leaders) == leadersTried {
		return leaders
	}
	return append(leaders, i)
}

// runs gives the hashes of a sample of the runs of runWords terms, the same
// sample in every text.
func runs(terms []int32) []uint64 {
	var out []uint64
	for i := range len(terms) - runWords + 1 {
		var h uint64
		for _, t := range terms[i : i+runWords] {
			h = mix(h ^ uint64(t))
		}
		if h%runSample == 0 {
			out = append(out, h)
		}
	}
	return out
}

// shingles gives the distinct pairs of adjacent terms, hashed and sorted.
func shingles(terms []int32) []uint32 {
	if len(terms) < 2 {
		return nil
	}
	set := make([]uint32, 0, len(terms)-1)
	for i := range len(terms) - 1 {
		set = append(set, uint32(mix(uint64(terms[i])<<32|uint64(uint32(terms[i+1])))>>32))
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// mix spreads the bits of x (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// minHash is a family of hash functions, the same in every run.
type minHash struct{ multiply, add [hashes]uint64 }

func newHashes() *minHash {
	h := &minHash{}
	for i := range hashes {
		h.multiply[i] = mix(uint64(2*i)) | 1
		h.add[i] = mix(uint64(2*i + 1))
	}
	return h
}

// signature gives one value per band; sets alike share some of them.
func (h *minHash) signature(set []uint32) [bands]uint64 {
	var least [hashes]uint32
	for i := range least {
		least[i] = math.MaxUint32
	}
	for _, s := range set {
		for i := range hashes {
			if v := uint32((uint64(s)*h.multiply[i] + h.add[i]) >> 32); v < least[i] {
				least[i] = v
			}
		}
	}
	var out [bands]uint64
	for b := range bands {
		for r := range bandRows {
			out[b] = mix(out[b] ^ uint64(least[b*bandRows+r]))
		}
	}
	return out
}

// containment is the share of the smaller sorted set found in the other.
func containment(a, b []uint32) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	return float64(common(a, b)) / float64(min(len(a), len(b)))
}

// common counts what two sorted sets share.
func common(a, b []uint32) int {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n++
			i++
			j++
		}
	}
	return n
}

// addedShare is the share of a sentence's shingles that may come from the
// letter while the sentence still counts as the sender's own; addedWords is
// how many words it must have.
const (
	addedShare = 0.4
	addedWords = 4
)

// complete picks the template (the member nearest to what most members wrote)
// and finds what each member added to it.
func (g *campaign) complete(c *corpus, sets [][]uint32) {
	count := map[uint32]int{}
	for _, i := range g.members {
		for _, s := range sets[i] {
			count[s]++
		}
	}
	var core []uint32
	for s, n := range count {
		if 2*n >= len(g.members) {
			core = append(core, s)
		}
	}
	slices.Sort(core)
	best := -1.0
	for _, i := range g.members {
		shared := common(core, sets[i])
		if likeness := float64(shared) / float64(len(core)+len(sets[i])-shared); likeness > best {
			best, g.template = likeness, i
		}
	}
	letter := map[uint32]bool{}
	for _, s := range core {
		letter[s] = true
	}
	for _, s := range sets[g.template] {
		letter[s] = true
	}
	g.additions = map[int][]span{}
	for _, i := range g.members {
		if i == g.template {
			continue
		}
		text := c.docs[i].Text
		var added []span
		adjoining := false // the sentence before was added as well
		for _, at := range sentences(text) {
			terms := c.termsIn(i, at)
			own := shingles(terms)
			shared := 0
			for _, s := range own {
				if letter[s] {
					shared++
				}
			}
			if len(terms) < addedWords || float64(shared) > addedShare*float64(len(own)) {
				adjoining = false
				continue
			}
			if adjoining {
				added[len(added)-1].end = at.end
			} else {
				added = append(added, at)
			}
			adjoining = true
		}
		if len(added) > 0 {
			g.additions[i] = added
		}
	}
}

// textOf joins spans of a text with line breaks.
func textOf(s string, spans []span) string {
	parts := make([]string, len(spans))
	for i, at := range spans {
		parts[i] = s[at.start:at.end]
	}
	return strings.Join(parts, "\n")
}

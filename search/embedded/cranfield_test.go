package embedded_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"heard/search"
)

// TestCranfield asks the questions of the Cranfield collection (C. Cleverdon, 1967) that its experts judged, and holds
// the ranking to a floor: mean average precision over the first hundred hits, and nDCG over the first ten.
func TestCranfield(t *testing.T) {
	const mapFloor, ndcgFloor = 0.28, 0.37
	docs := table(t, "docs.csv")
	e := open(t, "")
	var batch []search.Document
	for _, row := range docs {
		batch = append(batch, document(row["doc_id"], "en", row["text"]))
	}
	put(t, e, batch...)
	relevant := map[string]map[string]bool{}
	for _, row := range table(t, "qrels.csv") {
		if row["relevance"] != "0" {
			if relevant[row["query_id"]] == nil {
				relevant[row["query_id"]] = map[string]bool{}
			}
			relevant[row["query_id"]][row["doc_id"]] = true
		}
	}
	var sumAP, sumNDCG float64
	n := 0
	for _, row := range table(t, "queries.csv") {
		number, err := strconv.Atoi(row["query_id"])
		if err != nil {
			t.Fatal(err)
		}
		if number > 150 || len(relevant[row["query_id"]]) == 0 {
			continue
		}
		res, err := e.Search(t.Context(), search.Query{Consultation: "c", Tier: search.TierOfficer, Text: row["text"], PerPage: 100})
		if err != nil {
			t.Fatal(err)
		}
		wanted := relevant[row["query_id"]]
		var found, precision, gain, ideal float64
		for i, h := range res[0].Hits {
			if wanted[h.Document.ID] {
				found++
				precision += found / float64(i+1)
				if i < 10 {
					gain += 1 / math.Log2(float64(i+2))
				}
			}
		}
		for i := range min(10, len(wanted)) {
			ideal += 1 / math.Log2(float64(i+2))
		}
		sumAP += precision / float64(len(wanted))
		sumNDCG += gain / ideal
		n++
	}
	meanAP, ndcg := sumAP/float64(n), sumNDCG/float64(n)
	t.Logf("%d documents, %d queries: MAP %.3f, nDCG@10 %.3f", len(docs), n, meanAP, ndcg)
	if meanAP < mapFloor || ndcg < ndcgFloor {
		t.Errorf("MAP %.3f and nDCG@10 %.3f, expected at least %.2f and %.2f", meanAP, ndcg, mapFloor, ndcgFloor)
	}
}

// table reads a file of the collection as one map per row.
func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "cranfield", name)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("needs the Cranfield collection: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var records []map[string]string
	for _, row := range rows[1:] {
		record := map[string]string{}
		for i, column := range rows[0] {
			record[column] = row[i]
		}
		records = append(records, record)
	}
	return records
}

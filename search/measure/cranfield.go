package measure

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"heard/search"
)

// cranfieldQueries is the number of the last query that is asked. Those after it are kept aside, so that a ranking can
// be tried on queries it was not made with.
const cranfieldQueries = 150

// CranfieldFiles are the files of the collection in a folder, as CSV with a header row. Only the columns named here
// are read.
var CranfieldFiles = []string{
	"cranfield/docs.csv",    // doc_id, text
	"cranfield/queries.csv", // query_id, text
	"cranfield/qrels.csv",   // query_id, doc_id, relevance: 0 when it was judged not to answer the query
}

// Cranfield reads the Cranfield collection (C. Cleverdon, 1967) from a folder: 1,400 abstracts on aerodynamics, as
// documents of a consultation for an audience, and the questions of engineers with the abstracts that they said
// answer them. Questions that nothing answers are left out. The error wraps fs.ErrNotExist where a file is missing.
func Cranfield(dir, consultation string, tier search.Tier) ([]search.Document, []Search, error) {
	rows, err := table(dir, CranfieldFiles[0], "doc_id", "text")
	if err != nil {
		return nil, nil, err
	}
	docs := make([]search.Document, len(rows))
	for i, r := range rows {
		docs[i] = search.Document{ID: r[0], Tier: tier, Consultation: consultation, Submission: r[0], Text: r[1], Language: "en", Day: "1967-01-01"}
	}
	questions, err := table(dir, CranfieldFiles[1], "query_id", "text")
	if err != nil {
		return nil, nil, err
	}
	judgements, err := table(dir, CranfieldFiles[2], "query_id", "doc_id", "relevance")
	if err != nil {
		return nil, nil, err
	}
	answers := map[string][]string{}
	for _, r := range judgements {
		if r[2] != "0" {
			answers[r[0]] = append(answers[r[0]], r[1])
		}
	}
	var searches []Search
	for _, r := range questions {
		number, err := strconv.Atoi(r[0])
		if err != nil {
			return nil, nil, fmt.Errorf("%s: a query_id is not a number", CranfieldFiles[1])
		}
		if number <= cranfieldQueries && len(answers[r[0]]) > 0 {
			searches = append(searches, Search{Text: r[1], Expected: answers[r[0]]})
		}
	}
	return docs, searches, nil
}

// table gives the named columns of a file, one slice per row.
func table(dir, name string, columns ...string) ([][]string, error) {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: no header row", name)
	}
	at := map[string]int{}
	for i, header := range rows[0] {
		at[header] = i
	}
	out := make([][]string, len(rows)-1)
	for i, row := range rows[1:] {
		for _, column := range columns {
			j, ok := at[column]
			if !ok {
				return nil, fmt.Errorf("%s: no column %q", name, column)
			}
			out[i] = append(out[i], row[j])
		}
	}
	return out, nil
}

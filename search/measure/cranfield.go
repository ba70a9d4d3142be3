package measure

import (
	"fmt"
	"strconv"

	"heard/app/measured"
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
	rows, err := measured.Read(dir, CranfieldFiles[0], "doc_id", "text")
	if err != nil {
		return nil, nil, err
	}
	docs := make([]search.Document, len(rows))
	for i, r := range rows {
		docs[i] = search.Document{ID: r[0], Tier: tier, Consultation: consultation, Submission: r[0], Text: r[1], Language: "en", Day: "1967-01-01"}
	}
	questions, err := measured.Read(dir, CranfieldFiles[1], "query_id", "text")
	if err != nil {
		return nil, nil, err
	}
	judgements, err := measured.Read(dir, CranfieldFiles[2], "query_id", "doc_id", "relevance")
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

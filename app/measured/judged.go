package measured

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Read gives the named columns of a CSV file of text that people have judged, a
// slice per row. The file is in the folder dir, under a name with slashes, and
// has a header row. The error names the file, and wraps fs.ErrNotExist where it
// is missing.
func Read(dir, name string, columns ...string) ([][]string, error) {
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
	at := make([]int, len(columns))
	for i, column := range columns {
		at[i] = -1
		for j, header := range rows[0] {
			if strings.TrimPrefix(header, "\ufeff") == column {
				at[i] = j
			}
		}
		if at[i] < 0 {
			return nil, fmt.Errorf("%s: no column %q", name, column)
		}
	}
	out := make([][]string, 0, len(rows)-1)
	for _, row := range rows[1:] {
		cells := make([]string, len(columns))
		for i, j := range at {
			cells[i] = row[j]
		}
		out = append(out, cells)
	}
	return out, nil
}

package embedded_test

import (
	"testing"

	"heard/search"
	"heard/search/embedded"
	"heard/search/searchtest"
)

func open(t *testing.T, dir string) *embedded.Engine {
	t.Helper()
	e, err := embedded.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestContractInMemory(t *testing.T) {
	searchtest.Run(t, func(t *testing.T) search.Engine { return open(t, "") })
}

func TestContractOnDisk(t *testing.T) {
	searchtest.Run(t, func(t *testing.T) search.Engine { return open(t, t.TempDir()) })
}

package store_test

import (
	"testing"

	"heard/models/storetest"
)

func TestContract(t *testing.T) { storetest.Run(t) }

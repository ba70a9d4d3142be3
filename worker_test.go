package main

import (
	"context"
	"os"
	"testing"

	"heard/app"
)

// TestMain lets the program that runs the tests open files, as the portal's own
// program does.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "open-file" {
		os.Exit(app.Main(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

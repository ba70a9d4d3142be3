package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
)

// selfCheck refuses to serve with what would lose or expose something. What the
// database must be like, the store has checked when it was opened.
func (a *App) selfCheck(ctx context.Context) error {
	for _, name := range []string{a.Config.secretFile(), a.Config.SearchKeys} {
		if err := checkPrivate(name); err != nil {
			return err
		}
	}
	return a.checkLogs(ctx)
}

// checkPrivate refuses a file of keys in the data folder that everybody on the
// machine may read.
func checkPrivate(name string) error {
	if name == "" || runtime.GOOS == "windows" {
		return nil
	}
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return fmt.Errorf("everybody on this machine can read or write %s: run chmod o= %s, and think of it as known if others use this machine", name, name)
	}
	return nil
}

// checkKeys refuses a database without the keys of what it holds, as when it was
// put back beside the keys of an earlier day.
func (a *App) checkKeys(ctx context.Context) error {
	missing, err := a.Store.Unopened(ctx)
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("the keys of %d submissions are missing, so nobody can read them: restore the backup again with the newest file of keys", len(missing))
	}
	return err
}

package consult_test

import (
	"testing"
	"testing/fstest"
	"time"

	"heard/app/consult"
	"heard/app/ledger"
	"heard/models"
)

// received returns how many submissions came in and the root of their leaves, in
// that order.
func (k *kit) received(c *models.Consultation) (size int, root string, err error) {
	leaves, err := k.store.Leaves(ctx, c.ID)
	return len(leaves), rootOf(leaves), err
}

// nextDay waits until the log has taken what came in today.
func (k *kit) nextDay(t testing.TB) {
	t.Helper()
	k.clock.Advance(24 * time.Hour)
	noError(t, k.LogDaily(ctx))
}

// logFiles are the files of the public log.
func (k *kit) logFiles(t testing.TB, c *models.Consultation) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range consult.LogFiles {
		b, err := k.LogFile(ctx, c, name)
		noError(t, err)
		files[name] = &fstest.MapFile{Data: b}
	}
	return files
}

// published checks the public log as anybody can.
func (k *kit) published(t testing.TB, c *models.Consultation) *ledger.Log {
	t.Helper()
	log, err := ledger.OpenLog(k.logFiles(t, c), k.LogKey(c))
	noError(t, err)
	return log
}

package consult

import "time"

var (
	CodeAt = codeAt
	Wait   = wait
)

const MostRefused = mostRefused

// Crowd has every turn to work on a password taken, and nobody wait for long, until
// free is called.
func (s *Service) Crowd() (free func()) {
	before := hashWait
	hashWait = time.Millisecond
	for range cap(s.hashing) {
		s.hashing <- struct{}{}
	}
	return func() {
		hashWait = before
		for range cap(s.hashing) {
			<-s.hashing
		}
	}
}

// Package local runs the program meilisearch on this machine, for tests and measurements: on a free port of the
// loopback address, with analytics off, and with everything it writes in one folder. It may take as much memory for
// indexing as compose.yaml lets it.
package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// ErrNone means that there is no program to run.
var ErrNone = errors.New("there is no program meilisearch on the PATH")

// A Server is a running Meilisearch.
type Server struct {
	URL       string
	MasterKey string // "" when it asks for no key
	Dir       string // with its data

	env   []string
	cmd   *exec.Cmd
	ended chan struct{}
}

const (
	patience = time.Minute // for the server to answer
	interval = 20 * time.Millisecond
)

// Start runs a server on what is in dir, which must exist, and returns once it answers. env are further environment
// variables, such as NAME=value. The error wraps ErrNone when there is no program.
func Start(ctx context.Context, dir, masterKey string, env ...string) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + address, MasterKey: masterKey, Dir: dir, env: env}
	if err := s.Run(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Run runs the server at its address on the data in its folder, for the first time or again after Kill, and returns once
// it answers.
func (s *Server) Run(ctx context.Context) error {
	program, err := exec.LookPath("meilisearch")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNone, err)
	}
	var output bytes.Buffer
	s.cmd = exec.Command(program, "--no-analytics", "--env", "development", "--http-addr", s.URL[len("http://"):],
		"--db-path", filepath.Join(s.Dir, "data"), "--dump-dir", filepath.Join(s.Dir, "dumps"), "--snapshot-dir", filepath.Join(s.Dir, "snapshots"),
		"--max-indexing-memory", "1000MiB")
	s.cmd.Dir = s.Dir
	s.cmd.Env = append(os.Environ(), s.env...)
	if s.MasterKey != "" {
		s.cmd.Env = append(s.cmd.Env, "MEILI_MASTER_KEY="+s.MasterKey)
	}
	s.cmd.Stdout, s.cmd.Stderr = &output, &output
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start meilisearch: %w", err)
	}
	s.ended = make(chan struct{})
	go func() { _ = s.cmd.Wait(); close(s.ended) }()
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(interval)
	defer look.Stop()
	for {
		select {
		case <-s.ended:
			return fmt.Errorf("meilisearch did not start: %s", output.String())
		case <-waiting.Done():
			s.Kill()
			return fmt.Errorf("meilisearch did not answer: %w", waiting.Err())
		case <-look.C:
		}
		if healthy(waiting, s.URL) {
			return nil
		}
	}
}

func healthy(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/health", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// PID is the number of the server's process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Kill ends the server at once, as a power cut would, and returns when it has ended. Its files stay. Killing twice is
// harmless.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	<-s.ended
}

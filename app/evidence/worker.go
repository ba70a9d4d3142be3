package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"time"
)

// WorkerCommand is the command by which a program runs [Work] and nothing else.
const WorkerCommand = "open-file"

// Limits on a Worker's processes.
const (
	workers    = 2                // that run together; other files wait
	workTime   = 30 * time.Second // for one file
	workCPU    = 20               // seconds of processor time
	workMemory = 2 << 30          // bytes of data; a picture of 40 megapixels takes 0.6 GB
	workResult = 256 << 20        // bytes that come back
	workFiles  = 32               // open at once, of which it needs its three
)

// A Worker opens files that strangers sent, each in a process of its own that is
// started for it: without an environment, and where the system has it (Linux)
// without files and network, with limits on time, memory, open files and what may
// be written, which is nothing. Whatever a file makes that process do, the portal
// goes on.
type Worker struct {
	command string
	slots   chan struct{}
}

// NewWorker returns a Worker whose processes are runs of a program with the one
// argument [WorkerCommand], usually the program itself.
func NewWorker(program string) *Worker {
	return &Worker{command: program, slots: make(chan struct{}, workers)}
}

// task is what a process is asked; its file follows the line that it is on.
type task struct {
	Text   bool   `json:"text,omitempty"` // of a file from Inspect, and otherwise to inspect and clean it
	Type   Type   `json:"type,omitempty"`
	Ending string `json:"ending,omitempty"` // of the file's name, which stays behind
}

// done is what it answers; a clean copy or text follows.
type done struct {
	Refusal         Refusal `json:"refusal,omitempty"`
	Fault           string  `json:"fault,omitempty"`
	Type            Type    `json:"type,omitempty"`
	MetadataRemoved bool    `json:"removed,omitempty"`
}

// Take is [Inspect] and [Clean] of a file of at most [MaxSize].
func (w *Worker) Take(ctx context.Context, name string, data []byte) (Cleaned, error) {
	ending := strings.ToLower(path.Ext(name))
	if _, known := endings[ending]; !known && ending != "" {
		ending = ".other" // nothing of what somebody wrote is handed on
	}
	answer, clean, err := w.do(ctx, task{Ending: ending}, data)
	return Cleaned{File{answer.Type, clean}, answer.MetadataRemoved}, err
}

// Text is the function [Text].
func (w *Worker) Text(ctx context.Context, f File) (string, error) {
	_, text, err := w.do(ctx, task{Text: true, Type: f.Type}, f.Data)
	return string(text), err
}

func (w *Worker) do(ctx context.Context, t task, data []byte) (done, []byte, error) {
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	case <-ctx.Done():
		return done{}, nil, fmt.Errorf("open a file: %w", ctx.Err())
	}
	ctx, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	head, err := json.Marshal(t)
	if err != nil {
		return done{}, nil, err
	}
	cmd := exec.CommandContext(ctx, w.command, WorkerCommand)
	cmd.Env, cmd.Dir = []string{}, "/"
	cmd.Stdin = io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(data))
	var out bounded
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			return done{}, nil, Damaged // it took too much, or brought the process down
		}
		return done{}, nil, fmt.Errorf("open a file in a process of its own: %w", err)
	}
	line, rest, _ := bytes.Cut(out.Bytes(), []byte("\n"))
	var answer done
	if err := json.Unmarshal(line, &answer); err != nil {
		return done{}, nil, Damaged
	}
	switch {
	case answer.Refusal != "":
		if !slices.Contains(Refusals, answer.Refusal) {
			return done{}, nil, Damaged
		}
		return done{}, nil, answer.Refusal
	case answer.Fault != "":
		return done{}, nil, errors.New("a file could not be opened: " + answer.Fault)
	}
	return answer, slices.Clip(rest), nil
}

// bounded keeps no more than the largest clean copy: a picture can grow when it is
// encoded anew.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > workResult {
		return 0, errors.New("a file is too large")
	}
	return b.Buffer.Write(p)
}

// Work does what a Worker asks, and is all that its process does. It confines the
// process first, so nothing but what reads the file can come after it.
func Work(in io.Reader, out io.Writer) error {
	if err := confine(); err != nil {
		return err
	}
	all, err := io.ReadAll(io.LimitReader(in, 2*MaxSize+maxText))
	if err != nil {
		return err
	}
	line, data, _ := bytes.Cut(all, []byte("\n"))
	var t task
	if err := json.Unmarshal(line, &t); err != nil {
		return err
	}
	var answer done
	var result []byte
	if t.Text {
		var text string
		text, err = Text(File{t.Type, data})
		result = []byte(text)
	} else {
		var f File
		var clean Cleaned
		if f, err = Inspect("file"+t.Ending, bytes.NewReader(data), MaxSize); err == nil {
			clean, err = Clean(f)
		}
		answer.Type, answer.MetadataRemoved, result = clean.Type, clean.MetadataRemoved, clean.Data
	}
	if err != nil && !errors.As(err, &answer.Refusal) {
		answer.Fault = fmt.Sprintf("%T", err) // its words may be the file's
	}
	head, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	_, err = out.Write(append(append(head, '\n'), result...))
	return err
}

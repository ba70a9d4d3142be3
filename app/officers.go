package app

import (
	"encoding/json"
	"fmt"
	"os"

	"filippo.io/age"

	"heard/app/consult"
)

type officersKeyCommand struct {
	File string `arg:"" help:"Where to write the key. Move it to two places that officers keep, and off this machine."`
}

func (cmd officersKeyCommand) Run(r *run) error {
	if _, err := os.Stat(cmd.File); err == nil {
		return fmt.Errorf("%s is there already: a key is never written over", cmd.File)
	}
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	if err := writeWhole(cmd.File, 0o600, []byte(key.String()+"\n")); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "The key is in %s. Without it nobody can open what is sealed to it. Tell the portal its public half:\n  HEARD_OFFICERS_KEY=%s\n", cmd.File, key.Recipient())
	return nil
}

type sentCommand struct {
	Consultation string `arg:"" help:"Id of the consultation."`
	Submission   string `arg:"" help:"Id of the submission, as it stands in the address of its page at the desk."`
	Number       int    `arg:"" help:"Which of its attachments, from 1."`
	Out          string `required:"" placeholder:"FILE" help:"Where to write it. It may hold harmful content: it is as it was sent."`
	Key          string `type:"existingfile" placeholder:"FILE" help:"The officers' key, where files are sealed to one."`
}

func (cmd sentCommand) Run(r *run) error {
	var key []byte
	if cmd.Key != "" {
		var err error
		if key, err = os.ReadFile(cmd.Key); err != nil {
			return err
		}
	}
	return r.beside(func(a *App) error {
		c, err := a.Store.Consultation(r.ctx, cmd.Consultation)
		if err != nil {
			return err
		}
		data, kind, err := a.Service.SentFile(r.ctx, consult.Portal, c, cmd.Submission, cmd.Number, string(key))
		if err != nil {
			return err
		}
		if err := writeWhole(cmd.Out, 0o600, data); err != nil {
			return err
		}
		fmt.Fprintf(r.out, "Wrote %d bytes, sent as %s. That it was opened is on record.\n", len(data), kind)
		return nil
	})
}

type heldCommand struct {
	Consultation string `arg:"" help:"Id of the consultation."`
	Out          string `required:"" placeholder:"FILE" help:"Where to write them, as JSON, for whoever has to hand them over."`
}

func (cmd heldCommand) Run(r *run) error {
	return r.beside(func(a *App) error {
		c, err := a.Store.Consultation(r.ctx, cmd.Consultation)
		if err != nil {
			return err
		}
		held, err := a.Service.HeldWords(r.ctx, consult.Portal, c)
		if err != nil {
			return err
		}
		out, err := json.MarshalIndent(held, "", "  ")
		if err != nil {
			return err
		}
		if err := writeWhole(cmd.Out, 0o600, append(out, '\n')); err != nil {
			return err
		}
		fmt.Fprintf(r.out, "Wrote %d submissions that were taken back while something in law held them. That they were opened is on record.\n", len(held))
		return nil
	})
}

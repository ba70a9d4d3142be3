package evidence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Infected is the refusal of a file in which the virus scanner found something.
const Infected Refusal = "the virus scanner found something harmful in this file, so it was not kept. Check your device, or send the file in another form"

// scanTime is how long the virus scanner may take for one file.
const scanTime = time.Minute

// Scanner looks for viruses with ClamAV's daemon, clamd.
//
// Its configuration should say AlertExceedsMax yes, or it lets pass what is over its
// limits, and StreamMaxLength of at least [MaxSize].
type Scanner struct{ network, address string }

// NewScanner returns a Scanner for a clamd at an address such as
// "unix:/run/clamav/clamd.ctl" or "tcp:127.0.0.1:3310". It does not connect yet.
func NewScanner(address string) (*Scanner, error) {
	network, rest, _ := strings.Cut(address, ":")
	if network != "unix" && network != "tcp" || rest == "" {
		return nil, errors.New("the virus scanner's address is not understood: expected one such as unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310")
	}
	return &Scanner{network, rest}, nil
}

// Scan returns nil if the scanner finds nothing in data and [Infected] if it finds
// something. Any other error means that it could not tell, and that no file can be
// taken now.
func (s *Scanner) Scan(ctx context.Context, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	reply, err := s.ask(ctx, data)
	if err != nil {
		return fmt.Errorf("scan for viruses: %w", errors.Join(ctx.Err(), err))
	}
	switch {
	case reply == "stream: OK":
		return nil
	case strings.HasPrefix(reply, "stream: ") && strings.HasSuffix(reply, " FOUND"):
		return Infected
	}
	// The reply is not repeated: it may have been made by what is in the file.
	return errors.New("scan for viruses: the scanner gave no verdict; its own log may say why")
}

// ask sends data to clamd and returns its reply.
func (s *Scanner) ask(ctx context.Context, data []byte) (string, error) {
	var dialer net.Dialer
	c, err := dialer.DialContext(ctx, s.network, s.address)
	if err != nil {
		return "", err
	}
	defer c.Close()
	// Whatever is waited for then ends in an error.
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	// One chunk: its length, its bytes; then one of no length.
	var b bytes.Buffer
	b.WriteString("zINSTREAM\x00")
	if len(data) > 0 {
		b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
		b.Write(data)
	}
	b.Write([]byte{0, 0, 0, 0})
	_, failed := c.Write(b.Bytes())
	// The scanner may have replied without reading all.
	reply, err := bufio.NewReader(io.LimitReader(c, 4096)).ReadString(0)
	if err != nil {
		return "", errors.Join(failed, err)
	}
	return strings.TrimSuffix(reply, "\x00"), nil
}

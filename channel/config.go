package channel

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"zhixing/gateway"
)

// Config is the operator's file of channels. Without one there is no channel, and nothing leaves the house.
//
//	channels:
//	  - name: sms
//	    gateways:                 # tried in this order
//	      - name: mas
//	        driver: mas
//	        rate: 200             # messages a second
//	        batch: 500            # at most in one request
//	        workers: 4            # requests at once
//	        timeout: 10s
//	        options:              # the driver's own
//	          url: https://…
//	          secret: {file: /etc/zhixing/mas}   # or {env: NAME}: no secret stands in this file
//	quiet: {from: "22:00", to: "06:30"}          # of notices; what is urgent goes at any hour
type Config struct {
	Quiet    Hours
	Channels []struct {
		Name     string
		Gateways []GatewayConfig
	}
}

// GatewayConfig is one gateway of a channel.
type GatewayConfig struct {
	Name, Driver   string
	Rate           float64
	Batch, Workers int
	Timeout        time.Duration
	Tries          int
	Options        Options

	line int
}

// Options are what only the driver knows.
type Options struct{ node yaml.Node }

// Build makes a driver. It fills in the Gateway, TellsDoubles, Run and Handler; the rest stands in the file.
type Build func(o Options, hear gateway.Hear) (Driver, error)

// ReadConfig reads a file; every mistake is told with its line.
func ReadConfig(r io.Reader) (c Config, err error) {
	dec := yaml.NewDecoder(r)
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("channel.ReadConfig: %w", err)
	}
	return c, c.check()
}

func (c *Config) check() error {
	var errs []error
	wrong := func(line int, format string, args ...any) {
		errs = append(errs, refuse(Invalid, "ReadConfig", "第%d行："+format, append([]any{line}, args...)...))
	}
	if err := c.Quiet.check(); err != nil {
		errs = append(errs, err)
	}
	var channels, names []string
	for _, ch := range c.Channels {
		if ch.Name == "" || slices.Contains(channels, ch.Name) {
			errs = append(errs, refuse(Invalid, "ReadConfig", "渠道须有名称，且不重复：“%s”。", ch.Name))
		}
		channels = append(channels, ch.Name)
		if len(ch.Gateways) == 0 {
			errs = append(errs, refuse(Invalid, "ReadConfig", "渠道“%s”没有网关；不对外发送时写 driver: files。", ch.Name))
		}
		for _, g := range ch.Gateways {
			switch {
			case g.Name == "" || len(g.Name) > 100 || strings.ContainsAny(g.Name, "/?#%"):
				wrong(g.line, "网关须有名称，不含 / ? # %%。")
			case slices.Contains(names, g.Name): // receipts name it
				wrong(g.line, "网关“%s”的名称重复。", g.Name)
			}
			names = append(names, g.Name)
			if g.Rate < 0 || g.Batch < 0 || g.Batch > 10000 || g.Workers < 0 || g.Workers > 64 || g.Tries < 0 || g.Tries > 1000 {
				wrong(g.line, "网关“%s”的 rate、batch（至10000）、workers（至64）、tries（至1000）不得为负或过大。", g.Name)
			}
			if g.Timeout < 0 || g.Timeout > 5*time.Minute {
				wrong(g.line, "网关“%s”的 timeout 不超过5分钟，如 10s。", g.Name)
			}
		}
	}
	return errors.Join(errs...)
}

// UnmarshalYAML keeps the line.
func (g *GatewayConfig) UnmarshalYAML(n *yaml.Node) error {
	type plain GatewayConfig // without this method
	if err := strict(n, (*plain)(g)); err != nil {
		return err
	}
	g.line = n.Line
	return nil
}

// UnmarshalYAML puts the node by, for the driver.
func (o *Options) UnmarshalYAML(n *yaml.Node) error { o.node = *n; return nil }

// MarshalYAML gives it back.
func (o Options) MarshalYAML() (any, error) { return &o.node, nil }

// Into reads the options into a struct of the driver's; a word that it does not know is a mistake.
func (o Options) Into(v any) error {
	if o.node.IsZero() {
		return nil
	}
	return strict(&o.node, v)
}

// strict is Decode that refuses unknown words, which a Node's own does not.
func strict(n *yaml.Node, v any) error {
	if err := n.Decode(v); err != nil { // it knows the lines
		return err
	}
	b, err := yaml.Marshal(n)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	err = dec.Decode(v)
	if m := unknownWord.FindStringSubmatch(fmt.Sprint(err)); m != nil {
		return fmt.Errorf("line %d and on: nothing is called %s", n.Line, m[1])
	}
	return err
}

var unknownWord = regexp.MustCompile(`field (\S+) not found`)

// Open makes the channels of a configuration. drivers are those that may be named; hear is usually Outbox.Hear.
func (c Config) Open(drivers map[string]Build, hear func(channel, gateway string) gateway.Hear) (list []Channel, err error) {
	var errs []error
	for _, ch := range c.Channels {
		out := Channel{Name: ch.Name}
		for _, g := range ch.Gateways {
			build := drivers[g.Driver]
			if build == nil {
				errs = append(errs, refuse(Invalid, "Open", "第%d行：网关“%s”的驱动“%s”不认识。", g.line, g.Name, g.Driver))
				continue
			}
			d, err := build(g.Options, hear(ch.Name, g.Name))
			if err != nil {
				errs = append(errs, fmt.Errorf("channel.Open: line %d, gateway %s: %w", g.line, g.Name, err))
				continue
			}
			d.Name, d.Rate, d.Batch, d.Workers, d.Timeout, d.Tries = g.Name, g.Rate, g.Batch, g.Workers, g.Timeout, g.Tries
			out.Drivers = append(out.Drivers, d)
		}
		list = append(list, out)
	}
	return list, errors.Join(errs...)
}

// DryRun is the driver "files": what would go out is written into a folder.
func DryRun(o Options, _ gateway.Hear) (Driver, error) {
	var v struct{ Dir string }
	if err := o.Into(&v); err != nil {
		return Driver{}, err
	}
	if v.Dir == "" {
		return Driver{}, errors.New("want options: {dir: FOLDER}")
	}
	return Driver{Gateway: gateway.Files{Dir: v.Dir}, TellsDoubles: true}, nil
}

// Secret is a password or key. A configuration says where it stands, never what it is.
type Secret string

// UnmarshalYAML reads {file: PATH} or {env: NAME}.
func (s *Secret) UnmarshalYAML(n *yaml.Node) error {
	var from struct{ File, Env string }
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a secret is {file: PATH} or {env: NAME}, not the secret itself", n.Line)
	}
	if err := strict(n, &from); err != nil {
		return err
	}
	switch {
	case (from.File == "") == (from.Env == ""):
		return fmt.Errorf("line %d: a secret is {file: PATH} or {env: NAME}, one of the two", n.Line)
	case from.Env != "":
		v, ok := os.LookupEnv(from.Env)
		if !ok {
			return fmt.Errorf("line %d: the environment has no %s", n.Line, from.Env)
		}
		*s = Secret(v)
	default:
		b, err := os.ReadFile(from.File)
		if err != nil {
			return fmt.Errorf("line %d: %w", n.Line, err)
		}
		*s = Secret(strings.TrimRight(string(b), "\r\n"))
	}
	return nil
}

// String keeps it out of logs.
func (s Secret) String() string { return "（密）" }

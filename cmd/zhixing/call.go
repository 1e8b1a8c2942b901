package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"zhixing/db"
)

// call is one call of a command: its flags, its arguments and where it reads and writes.
type call struct {
	stdio
	cmd   command
	args  []string // before parsing: as given; after: without the flags
	flags *flag.FlagSet
	// secrets names the flags that may be read from a file.
	secrets map[string]bool
	common  common
	clock   *clock // of the record
}

// common are the flags of every command that opens the record.
type common struct {
	data, database, county, logLevel *string
}

func newCall(cmd command, args []string, std stdio) *call {
	fs := flag.NewFlagSet("zhixing "+cmd.name, flag.ContinueOnError)
	c := &call{stdio: std, cmd: cmd, args: args, flags: fs, secrets: map[string]bool{}, clock: &clock{}}
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	return c
}

// usage is what `zhixing help COMMAND` prints.
func (c *call) usage() {
	cmd, out := c.cmd, c.out
	fmt.Fprintf(out, "zhixing %s: %s\n\nusage: zhixing %s %s\nexample: %s\n", cmd.name, cmd.short, cmd.name, cmd.args, cmd.example)
	first := true
	c.flags.VisitAll(func(f *flag.Flag) {
		if first {
			fmt.Fprintln(out, "\nflags:")
			first = false
		}
		env := envName(f.Name)
		if c.secrets[f.Name] {
			env += " or " + env + "_FILE"
		}
		fmt.Fprintf(out, "  --%-14s %s", f.Name, f.Usage)
		if f.DefValue != "" && f.DefValue != "false" {
			fmt.Fprintf(out, " (default %s)", f.DefValue)
		}
		fmt.Fprintf(out, "\n  %-16s %s\n", "", env)
	})
}

func envName(name string) string {
	return "ZHIXING_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// record adds the flags of a command that opens the record.
func (c *call) record() {
	c.common.data = c.flags.String("data", "data", "folder of the database, of what stations have sent and is not on record yet, and of nothing else")
	c.common.database = c.flags.String("database", "", "postgres://… instead of SQLite in the data folder")
	c.secrets["database"] = true
	c.common.county = c.flags.String("county", "", "folder of the county's data; without it the demonstration county")
	c.common.logLevel = c.flags.String("log-level", "info", "debug, info, warn or error")
}

// secret adds a flag whose value may stand in a file named by its environment variable with _FILE.
func (c *call) secret(name, usage string) *string {
	c.secrets[name] = true
	return c.flags.String(name, "", usage)
}

// parse reads flags wherever they stand among the arguments, then fills what was not given from the environment.
func (c *call) parse() error {
	var rest []string
	args := c.args
	for {
		if err := c.flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				c.usage()
				return err
			}
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		left := c.flags.Args()
		if n := len(args) - len(left); len(left) == 0 || n > 0 && args[n-1] == "--" { // behind -- there are no flags
			rest = append(rest, left...)
			break
		}
		args = left
		rest, args = append(rest, args[0]), args[1:]
	}
	c.args = rest
	given := map[string]bool{}
	c.flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var failed error
	c.flags.VisitAll(func(f *flag.Flag) {
		if given[f.Name] || failed != nil {
			return
		}
		v, ok := os.LookupEnv(envName(f.Name))
		if c.secrets[f.Name] {
			if path, named := os.LookupEnv(envName(f.Name) + "_FILE"); named {
				b, err := os.ReadFile(path)
				if err != nil {
					failed = fmt.Errorf("%s_FILE: %w", envName(f.Name), err)
					return
				}
				v, ok = strings.TrimSpace(string(b)), true
			}
		}
		if !ok {
			return
		}
		if err := f.Value.Set(v); err != nil {
			failed = fmt.Errorf("%w: %s: %w", errUsage, envName(f.Name), err)
		}
	})
	return failed
}

// want checks how many arguments are left after the flags.
func (c *call) want(least, most int) error {
	if n := len(c.args); n < least || n > most {
		return fmt.Errorf("%w: wants %s", errUsage, c.cmd.args)
	}
	return nil
}

// logger writes structured lines to standard error.
func (c *call) logger() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(*c.common.logLevel)); err != nil {
		return nil, fmt.Errorf("%w: --log-level: %w", errUsage, err)
	}
	return slog.New(slog.NewJSONHandler(c.err, &slog.HandlerOptions{Level: level})), nil
}

// dsn is where the record is kept.
func (c *call) dsn() string {
	if *c.common.database != "" {
		return *c.common.database
	}
	return "sqlite:" + c.file()
}

// file is the database in the data folder.
func (c *call) file() string { return filepath.Join(*c.common.data, "zhixing.db") }

// connect opens the record as it is. Only where create is set is a missing one made: a command that works on a record
// must not answer from a new and empty one because of a misspelt folder.
func (c *call) connect(ctx context.Context, create bool) (*db.DB, error) {
	if *c.common.database != "" {
		return db.Open(ctx, c.dsn(), c.clock.now)
	}
	if create {
		if err := os.MkdirAll(*c.common.data, 0o700); err != nil {
			return nil, fmt.Errorf("data folder: %w: name one that can be made and written, with --data or ZHIXING_DATA", err)
		}
	} else if _, err := os.Stat(c.file()); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database %s: is --data (or ZHIXING_DATA) right? `zhixing serve` makes a new one", c.file())
	}
	d, err := db.Open(ctx, c.dsn(), c.clock.now)
	if errors.Is(err, fs.ErrPermission) {
		err = fmt.Errorf("%w: the data folder and its files must belong to the user that runs zhixing (%s)", err, systemUser())
	}
	return d, err
}

// open opens the record and brings its tables up to date.
func (c *call) open(ctx context.Context, create bool) (*db.DB, error) {
	d, err := c.connect(ctx, create)
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("bring the tables up to date: %w", err)
	}
	return d, nil
}

// maxInput bounds what is read into memory: more than any manuscript or download may have.
const maxInput = 128 << 20

// readInput reads a named file, or standard input for "-".
func (c *call) readInput(name string) ([]byte, error) {
	in := c.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err == nil && len(b) > maxInput {
		err = fmt.Errorf("%s: more than %d MB", name, maxInput>>20)
	}
	return b, err
}

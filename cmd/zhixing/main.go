// Command zhixing is the whole system in one binary: it reads an official gazette, publishes it so that anybody
// can find and check it, and answers for what was published.
//
//	zhixing serve   --data data --county counties/jiangxian
//	zhixing read    issue.txt --as duties
//	zhixing verify  document.pdf document.proof --key …
//
// `zhixing help COMMAND` explains each with an example. Every flag can also be given as an environment variable
// (--base-url is ZHIXING_BASE_URL); a secret can stand in a file named by ZHIXING_…_FILE.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}))
}

// stdio is where a command reads and writes, so that tests can call run as the shell does.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// command is one subcommand: what it is for, how it is called, and what it does.
type command struct {
	name    string
	args    string // after the name, as help shows it
	short   string
	example string
	run     func(ctx context.Context, c *call) error
}

var commands = []command{
	{"serve", "[flags]", "start the site", "zhixing serve --data /var/lib/zhixing --county counties/jiangxian --listen :8080", serve},
	{"demo", "[flags]", "start with the demonstration county and accounts loaded", "zhixing demo --data data", demo},
	{"judge", "[FILE…] [--county FOLDER]", "judge measurements by the national tables, one JSON case a line", "zhixing judge cases.jsonl", judge},
	{"read", "FILE [--as documents|duties|appointments|tree] [--county FOLDER]", "read a manuscript and print what it says", "zhixing read issue.txt --as duties", read},
	{"decode", "hj212 [FILE…]", "print what devices said, from the hex of what was read", "zhixing decode hj212 --crc arc reads.hex", decode},
	{"cap", "check [FILE…] [--trust CERTIFICATES] | key FILE --signer NAME", "check warnings (CAP 1.2), make the key that the county's are signed with", "zhixing cap check warning.xml", capCommand},
	{"policy", "lint|test|coverage|draft [FOLDER…|NUMBER] [flags]", "check the folders of policies, play their examples", "zhixing policy test counties/jiangxian/policies/water-2023", policyCommand},
	{"publish", "FILE --drafter NAME --publisher NAME", "read and publish a manuscript", "zhixing publish issue.txt --drafter 起草甲 --publisher 签发乙", publish},
	{"verify", "FILE PROOF [--key KEY]", "check a downloaded document against its proof, offline", "zhixing verify 12.pdf 12.proof --key 'example.org+1a2b3c4d+AY…'", verify},
	{"dump", "[FILE]", "write the whole public record to one file", "zhixing dump --data data public.jsonl.gz", dump},
	{"load", "FILE", "rebuild a public record from a dump", "zhixing load --data new public.jsonl.gz", load},
	{"backup", "FILE", "copy the whole database, while serving", "zhixing backup --data data backup.db", backup},
	{"restore", "FILE", "put a backup in place (only where no database is)", "zhixing restore --data new backup.db", restore},
	{"check", "[flags]", "check the whole record: history, public log, every published file", "zhixing check --data data", check},
	{"simulate", "hj212 --to HOST:PORT [flags] | mas [flags]", "play monitoring stations against a centre, or a short-message platform", "zhixing simulate hj212 --to 127.0.0.1:9212 --devices 1000 --rate 10 --for 60s", simulate},
	{"user", "add|list|reset|reset-second-factor|roles|disable|enable|unlock|code [NAME]", "manage accounts from the console", "zhixing user add 张三 --roles editor", userCommand},
	{"version", "", "print the version", "zhixing version", version},
}

// errUsage marks an error that help explains; it exits with 2 as the shell expects.
var errUsage = errors.New("usage")

func run(ctx context.Context, args []string, io stdio) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		return help(args, io)
	}
	for _, cmd := range commands {
		if cmd.name != args[0] {
			continue
		}
		err := cmd.run(ctx, newCall(cmd, args[1:], io))
		switch {
		case err == nil:
			return 0
		case errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			fmt.Fprintf(io.err, "zhixing %s: %v\n\nusage: zhixing %s %s\nexample: %s\n", cmd.name, err, cmd.name, cmd.args, cmd.example)
			return 2
		}
		fmt.Fprintf(io.err, "zhixing %s: %v\n", cmd.name, err)
		return 1
	}
	fmt.Fprintf(io.err, "zhixing: no command %q; `zhixing help` lists them\n", args[0])
	return 2
}

func help(args []string, io stdio) int {
	if len(args) > 1 {
		return run(context.Background(), []string{args[1], "-h"}, io)
	}
	fmt.Fprintln(io.out, "Zhixing 知行 reads an official gazette, publishes it, and proves what was published.")
	fmt.Fprintln(io.out)
	for _, c := range commands {
		fmt.Fprintf(io.out, "  zhixing %-8s %s\n", c.name, c.short)
	}
	fmt.Fprintln(io.out, "\n`zhixing help COMMAND` shows flags and an example. Flags are also environment variables: --base-url is ZHIXING_BASE_URL.")
	return 0
}

package main

import (
	"context"
	"fmt"
	"path/filepath"

	"zhixing/account"
	"zhixing/db"
	"zhixing/manuscript"
	"zhixing/publication"
)

// publish takes a manuscript through drafting and publishing in the names of two accounts.
func publish(ctx context.Context, c *call) error {
	s := c.site()
	drafter := c.flags.String("drafter", "", "account that drafts (role editor or publisher)")
	publisher := c.flags.String("publisher", "", "account that publishes; not the drafter")
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(1, 1); err != nil {
		return err
	}
	if *drafter == "" || *publisher == "" {
		return fmt.Errorf("%w: --drafter and --publisher are needed: who drafts is not who publishes", errUsage)
	}
	raw, err := c.readInput(c.args[0])
	if err != nil {
		return err
	}
	if err := c.openSite(ctx, s, opening{}); err != nil {
		return err
	}
	defer s.db.Close()
	by, err := s.actor(ctx, *drafter)
	if err != nil {
		return err
	}
	signer, err := s.actor(ctx, *publisher)
	if err != nil {
		return err
	}
	out, err := s.publish(ctx, filepath.Base(c.args[0]), raw, by, signer)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "已公布：%s，公文 %d 件，已记入公开日志（共 %d 条）。\n", out.Issue.Chinese(), len(out.Documents), out.LogSize)
	for _, d := range out.Documents {
		fmt.Fprintf(c.out, "  /documents/%s  %s\n", d.Key, d.Title)
	}
	return nil
}

// actor is an account as package publication knows it.
func (s *site) actor(ctx context.Context, name string) (publication.Actor, error) {
	n, err := account.Canonical(name)
	if err != nil {
		return publication.Actor{}, err
	}
	u, err := s.accounts.Find(ctx, n)
	if err != nil {
		return publication.Actor{}, fmt.Errorf("account %s: %w", name, err)
	}
	return publication.Actor{Name: string(u.Name), MayDraft: account.Can(u, account.DraftDocuments), MayPublish: account.Can(u, account.PublishDocuments)}, nil
}

// publish uploads, submits and publishes one manuscript.
func (s *site) publish(ctx context.Context, name string, raw []byte, drafter, publisher publication.Actor) (publication.Outcome, error) {
	text, err := manuscript.Decode(name, raw)
	if err != nil {
		return publication.Outcome{}, err
	}
	var draft publication.Draft
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		draft, err = publication.Upload(ctx, tx, string(s.county.Place.Code), drafter, publication.Manuscript{Filename: name, Raw: raw, Source: text})
		if err != nil {
			return err
		}
		draft, err = publication.Submit(ctx, tx, draft.At(), drafter)
		return err
	})
	if err != nil {
		return publication.Outcome{}, err
	}
	return s.press.Publish(ctx, draft.At(), publisher)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/counties"
	"zhixing/db"
	"zhixing/edition"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/policy"
	"zhixing/publication"
	"zhixing/web"
)

// site is the flags and parts of a running site; serve, demo and publish share it.
type site struct {
	listen, baseURL, font              *string
	logKey, capKey                     *string
	oidcIssuer, oidcClient, oidcSecret *string

	listener net.Listener // nil but where the site is served
	db       *db.DB
	county   policy.County
	taken    *policy.Copy // the folder that county was read from
	log      *journal.Log
	accounts *account.Accounts
	press    *publication.Press
	ledger   *ledger.Ledger // nil where the county keeps none
	logger   *slog.Logger

	reminded calendar.Date // day on which probations were last looked at
	leftOut  []string      // of the demonstration's story: what was refused, where it stands and why
	outside  *outside      // ways out for notices; nil where nothing is to leave the house
	takes    *intake       // how readings come in and go on; nil where they do not
	running  *running      // the policies at work
	people   *people       // who answer in a demonstration; nil elsewhere
	rain     *demoRain     // of a demonstration; nil elsewhere
}

func (c *call) site() *site {
	c.record()
	return &site{
		listen:     c.flags.String("listen", "127.0.0.1:8080", "address to listen on"),
		baseURL:    c.flags.String("base-url", "", "how the site is reached from outside, such as https://gazette.example.gov.cn"),
		font:       c.flags.String("font", "", "Chinese TrueType font for PDF; without it the usual places are searched"),
		logKey:     c.secret("log-key", "private key of the transparency log, where it is not to be kept in the database"),
		capKey:     c.secret("cap-key", "private key and certificate that warnings are signed with, as `zhixing cap key` writes them; without one they go out unsigned"),
		oidcIssuer: c.flags.String("oidc-issuer", "", "OpenID Connect issuer for log-in (optional)"),
		oidcClient: c.flags.String("oidc-client", "", "client id at the issuer"),
		oidcSecret: c.secret("oidc-secret", "client secret at the issuer"),
	}
}

// loadCounty reads the county's folder, the demonstration county where none is named.
func (s *site) loadCounty(c *call) (err error) {
	take := demonstrationCounty
	if *c.common.county != "" {
		take = func() (*policy.Copy, error) { return policy.Take(c.folder()) }
	}
	if s.taken, err = take(); err != nil {
		return fmt.Errorf("county folder:\n%w", err)
	}
	s.county = s.taken.County
	return nil
}

// demonstrationCounty is inside the program, where nobody writes into it.
var demonstrationCounty = sync.OnceValues(func() (*policy.Copy, error) { return policy.Take(counties.Demonstration()) })

// folder is the county's folder, as it is now.
func (c *call) folder() fs.FS {
	if *c.common.county != "" {
		return os.DirFS(*c.common.county)
	}
	return counties.Demonstration()
}

// opening says what openSite is for.
type opening struct {
	create bool // make the record where there is none
	demo   bool // let demonstration accounts in
}

// openSite opens everything that a site is made of. The caller closes s.db.
func (c *call) openSite(ctx context.Context, s *site, how opening) (err error) {
	if s.logger, err = c.logger(); err != nil {
		return err
	}
	if s.county.Directory == nil {
		if err := s.loadCounty(c); err != nil {
			return err
		}
	}
	if *s.baseURL == "" {
		*s.baseURL = s.address()
	}
	*s.baseURL = strings.TrimRight(*s.baseURL, "/")
	if u, err := url.Parse(*s.baseURL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return fmt.Errorf("%w: --base-url %q: want only https:// and a name, such as https://gazette.example.gov.cn", errUsage, *s.baseURL)
	}
	if s.db, err = c.open(ctx, how.create); err != nil {
		return err
	}
	if err := s.isOf(ctx, how.create && *c.common.county != ""); err != nil {
		s.db.Close()
		return err
	}
	code := string(s.county.Place.Code)
	origin := strings.TrimPrefix(strings.TrimPrefix(*s.baseURL, "https://"), "http://")
	if s.log, err = journal.OpenLog(ctx, s.db, code, origin+"/"+code, *s.logKey); err != nil {
		s.db.Close()
		return err
	}
	s.accounts = account.Open(s.db, code, account.Options{Issuer: s.county.Masthead.Title, Demo: how.demo, CodeClock: time.Now})
	s.press = &publication.Press{
		DB: s.db, County: edition.County{Code: code, Name: s.county.Place.County}, Log: s.log,
		Directory: s.county.Directory, Font: s.readFont(), BaseURL: *s.baseURL,
	}
	s.ledger = newLedger(s.county, s.press.Font, how.demo)
	if err = c.keepDay(ctx, s); err == nil {
		err = s.startPolicies(ctx, c)
	}
	if err != nil {
		s.db.Close()
	}
	return err
}

// isOf refuses a record that holds another county's and none of this one: whoever forgets --county would write the demonstration
// county's into it, and never see the right one. Where further counties may join, one that is named and made joins them.
func (s *site) isOf(ctx context.Context, joins bool) error {
	var there []string
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		there, err = journal.Counties(ctx, tx)
		return err
	})
	code := string(s.county.Place.Code)
	if err != nil || joins || len(there) == 0 || slices.Contains(there, code) {
		return err
	}
	return fmt.Errorf("这里记的是行政区划代码 %s 的县，没有%s（%s）的：请用 --county（或 ZHIXING_COUNTY）指明它的县文件夹", strings.Join(there, "、"), s.county.Place.County, code)
}

// keepDay lets what is done to the record of a demonstration be done on the day that is shown there.
func (c *call) keepDay(ctx context.Context, s *site) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		to, err := told(ctx, tx, string(s.county.Place.Code))
		if err != nil || to.IsZero() {
			return err
		}
		newest, err := newestRecord(ctx, tx, string(s.county.Place.Code))
		c.clock.goOn(newest)
		return err
	})
}

// newLedger is the ledger of a county whose folder says how it is run, nil of another.
func newLedger(c policy.County, font []byte, demo bool) *ledger.Ledger {
	if c.Rules == nil {
		return nil
	}
	return &ledger.Ledger{County: string(c.Place.Code), Office: c.Office, Government: c.Government, Rules: *c.Rules, Book: c.Book, Font: font, Demo: demo}
}

// readFont finds the font for PDF. Without one the site runs all the same and says so on its pages.
func (s *site) readFont() []byte {
	var places []string
	if *s.font != "" {
		places = []string{*s.font}
	}
	font, path, err := edition.FindFont(os.ReadFile, places...)
	if err != nil {
		s.logger.Warn("no PDF downloads", "reason", err)
		return nil
	}
	s.logger.Debug("font for PDF", "path", path)
	return font
}

func serve(ctx context.Context, c *call) error {
	s := c.site()
	show, on := c.flags.Bool("demo", false, "the same as zhixing demo"), c.onFlag()
	s.outside, s.takes = c.outside(), c.intake()
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(0, 0); err != nil {
		return err
	}
	if *show {
		s.outside = nil // a simulated clock must tell nobody outside
		return s.demonstrate(ctx, c, *on)
	}
	if *on != "" {
		return fmt.Errorf("%w: --on is for a demonstration: add --demo", errUsage)
	}
	if err := s.bind(); err != nil {
		return err
	}
	defer s.listener.Close()
	if err := c.openSite(ctx, s, opening{create: true}); err != nil {
		return err
	}
	defer s.db.Close()
	if isDemo, _, err := s.whose(ctx); err != nil {
		return err
	} else if isDemo {
		return errors.New("this is the record of a demonstration; without the line that says so its documents would pass for real: start it with `zhixing demo`, or name a new folder with --data")
	}
	admin, password, err := s.accounts.FirstAdministrator(ctx)
	if err != nil {
		return err
	}
	if password != "" {
		fmt.Fprintf(c.out, "首次启动，已建立管理员账号。\n  用户名 %s\n  一次性密码 %s\n登录后须改密码并绑定二次验证。本密码只显示这一次。\n\n公开日志的公钥（名称取自对外地址，今后不变；请抄存，并另行公布）\n  %s\n", admin.Name, password, s.log.Key())
	}
	return s.run(ctx, c, false)
}

// bind takes the address before anything else is done, so that an address in use is told before an account is made.
// Whoever comes meanwhile waits for the first answer.
func (s *site) bind() (err error) {
	s.listener, err = net.Listen("tcp", *s.listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: another program, perhaps a zhixing that runs already, has this address: name another with --listen", err)
	}
	return err
}

// address is how this machine reaches the site, for where no --base-url is given.
func (s *site) address() string {
	at := *s.listen
	if s.listener != nil {
		at = s.listener.Addr().String() // with the port that was found for :0
	}
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return "http://" + at
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// oidc is log-in through the county's own identity provider, nil where none is named.
func (s *site) oidc() (*account.OIDC, error) {
	if *s.oidcIssuer == "" {
		return nil, nil
	}
	return account.NewOIDC(account.OIDCConfig{
		Issuer: *s.oidcIssuer, ClientID: *s.oidcClient, ClientSecret: *s.oidcSecret, RedirectURL: *s.baseURL + "/login/oidc/back",
	}, time.Now) // the issuer's tokens live by the machine's time
}

// roomy lets the heap grow to four times what is in use before it is collected, within a gigabyte, unless the environment says
// otherwise: what readings leave behind is much, what is kept is little, and collecting it is a third of the work of taking them in.
func roomy() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(1 << 30)
	}
}

// grace is how long a stopping server waits for what has begun; TimeoutStopSec in docs/operate.md is longer.
const grace = 25 * time.Second

// run serves until ctx ends, then answers what has begun and stops.
func (s *site) run(ctx context.Context, c *call, demo bool) error {
	roomy()
	oidc, err := s.oidc()
	if err != nil {
		return err
	}
	notices, courier, err := s.notices(ctx)
	if err != nil {
		return err
	}
	outbox, err := s.openOutbox(notices)
	if err != nil {
		return err
	}
	s.running.live.Connect(outbox)
	grids, err := s.gridFolder()
	if err != nil {
		return err
	}
	taken, err := s.takeIn(ctx)
	if err != nil {
		return err
	}
	defer taken() // it has the database
	handler, err := web.New(web.Config{
		DB: s.db, County: s.county, Log: s.log, Press: s.press, Ledger: s.ledger, Accounts: s.accounts, OIDC: oidc, BaseURL: *s.baseURL, Logger: s.logger, Demo: demo,
		Notices: notices, Works: s.works, Live: s.running.live, Devices: s.running.devices, Stations: s.running.server, Writer: s.running.writer, Certificate: s.running.certificate,
	})
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler: withGateways(handler, outbox), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, WriteTimeout: 30 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
	}
	srv.RegisterOnShutdown(handler.EndStreams) // open pages; they come back by themselves
	go s.keepTime(ctx)
	go s.callUp(ctx, outbox)
	go s.keepGrids(ctx, grids)
	if s.people != nil {
		go s.people.live(ctx)
	}
	carried := make(chan struct{})
	go func() {
		defer close(carried)
		var both sync.WaitGroup
		both.Go(func() { outbox.Run(ctx) })
		if courier != nil {
			courier.Run(ctx)
		}
		both.Wait()
	}()
	done := make(chan error, 1)
	go func() { done <- srv.Serve(s.listener) }()
	s.logger.Info("serving", "address", "http://"+s.listener.Addr().String(), "county", s.county.Place.County, "database", string(s.db.Dialect))
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	s.logger.Info("stopping: answering what has begun")
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := srv.Shutdown(wait); err != nil {
		srv.Close()
		return fmt.Errorf("some requests were not answered within %v and were broken off: %w", grace, err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-carried // it has the database
	return nil
}

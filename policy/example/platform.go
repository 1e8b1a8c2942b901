package example

import (
	"encoding/json"
	"net"
	"net/http"
	"time"

	"zhixing/relay"
)

// platform stands for the platforms of higher levels: it takes what it is sent and gives a receipt.
type platform struct {
	server   *http.Server
	listener net.Listener
}

func (p *platform) close() { p.server.Close() }

// destinations are the platforms that the county sends to. One answers for all, where examples ask what was sent.
func (p *Player) destinations() map[string]relay.Destination {
	if p.up == nil {
		return nil
	}
	out := map[string]relay.Destination{}
	for _, s := range p.County.Policies.Sends {
		out[s.To] = relay.Destination{URL: "http://" + p.up.listener.Addr().String()}
	}
	return out
}

// open begins to listen, on this machine alone.
func (p *Player) open() error {
	if p.up != nil {
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.up = &platform{listener: l, server: &http.Server{ReadTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]string{"receipt": "示例回执"})
	})}}
	go p.up.server.Serve(l)
	return p.wire()
}

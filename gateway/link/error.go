package link

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

// Error is why a request has no answer.
type Error struct {
	Sent bool // it may have reached the far side
	Err  error
}

func (e *Error) Error() string {
	if e.Sent {
		return "sent, and no answer: " + e.Err.Error()
	}
	return "nothing was sent: " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Sent says whether a request without an answer may have reached the far side.
func Sent(err error) bool {
	var e *Error
	return !errors.As(err, &e) || e.Sent
}

var (
	errNotYet  = errors.New("not connected yet")
	errBye     = errors.New("the far side ended the connection")
	errSilent  = errors.New("the far side answers no test")
	errNoReply = errors.New("no answer in time")
)

// words are the usual causes as an operator reads them.
var words = []struct {
	err  error
	word string
}{
	{errNotYet, "还没有连上"},
	{errBye, "对方结束了连接"},
	{errSilent, "对方不应答链路检测"},
	{errNoReply, "超时没有答复"},
	{ErrFrame, "收到的数据不合协议"},
	{context.Canceled, "本次发送已中止"},
	{context.DeadlineExceeded, "时限已到"},
	{io.EOF, "对方断开了连接"},
	{io.ErrUnexpectedEOF, "对方断开了连接"},
	{syscall.ECONNRESET, "连接被对方重置"},
	{syscall.EPIPE, "对方断开了连接"},
	{syscall.ECONNREFUSED, "连接被拒绝"},
	{net.ErrClosed, "连接已经断开"},
}

// Why is the cause in Chinese, for the operator.
func Why(err error) string {
	for _, w := range words {
		if errors.Is(err, w.err) {
			return w.word
		}
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "网络超时"
	}
	var e *Error
	if errors.As(err, &e) {
		err = e.Err
	}
	return err.Error()
}

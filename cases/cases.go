// Package cases carries findings to closure (闭环事项).
package cases

// State of a case.
type State string

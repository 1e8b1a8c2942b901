package policy

import (
	"strings"

	"zhixing/audience"
	"zhixing/register"
)

// audienceFile says that whoever stands in a register is to be told of danger: what he is, and in which field to reach him.
type audienceFile struct {
	Kind    text  `yaml:"kind"`
	Name    text  `yaml:"name"`
	Unit    text  `yaml:"unit"`
	Role    text  `yaml:"role"`
	Roles   texts `yaml:"roles"`
	States  texts `yaml:"states"`
	SMS     text  `yaml:"sms"`
	Voice   text  `yaml:"voice"`
	Mail    text  `yaml:"mail"`
	Speaker text  `yaml:"speaker"`
	Screen  text  `yaml:"screen"`
}

// view reads how the entries of a register are recipients.
func (k *pack) view(r in[registerFile], x *form) {
	y := r.v.Audience
	if y == nil {
		return
	}
	v := &audience.View{Register: x.schema.Name, Name: y.Name.s, Unit: y.Unit.s, Role: y.Role.s, Roles: words(y.Roles)}
	var kinds []string
	for _, kind := range audience.Kinds {
		if kind == audience.Post { // who holds a post is known from appointments
			continue
		}
		kinds = append(kinds, kind.Chinese())
		if y.Kind.s == kind.Chinese() {
			v.Kind = kind
		}
	}
	if v.Kind == "" {
		k.bad(r.file, max(y.Kind.line, r.item.Line), "audience 的 kind 可写：%s", strings.Join(kinds, "、"))
	}
	for _, t := range []text{y.Name, y.Unit, y.Role} {
		k.field(r.file, t, x)
	}
	for _, t := range y.States {
		v.States = append(v.States, k.state(r.file, t, x))
	}
	for _, way := range []struct {
		channel audience.Channel
		field   text
	}{{audience.SMS, y.SMS}, {audience.Voice, y.Voice}, {audience.Mail, y.Mail}, {audience.Speaker, y.Speaker}, {audience.Screen, y.Screen}} {
		f, ok := k.field(r.file, way.field, x, register.Text, register.Person)
		if !ok {
			continue
		}
		if v.Kind == audience.Person && !f.Hidden() {
			k.bad(r.file, way.field.line, "“%s”是居民的联系方式，字段要写 private: true", f.Name)
		}
		v.Addresses = append(v.Addresses, audience.ViewAddress{Channel: way.channel, Field: f.Name})
	}
	if len(v.Addresses) == 0 && y.SMS.s+y.Voice.s+y.Mail.s+y.Speaker.s+y.Screen.s == "" {
		k.bad(r.file, max(y.Kind.line, r.item.Line), "audience 要写联系方式在哪一格：sms、voice、mail、speaker、screen 至少一个")
	}
	if k.set.Views == nil {
		k.set.Views = map[*register.Schema]*audience.View{}
	}
	k.set.Views[&x.schema] = v
}

// A message centre for the tests of gateway/smpp, on the package smpp: it listens, prints what it gets as lines of JSON, and does
// what lines of JSON on its standard input say. It ends when its standard input does.
//
//   {"do":"answer","status":88,"times":2}      the next two submissions are answered with a status
//   {"do":"silent","times":1}                  the next is not answered
//   {"do":"names","id":"hex","receipt":"decimal"}   how messages are named; or "id":"plain"
//   {"do":"receipts","by":"text"}              receipts follow, by text or by "tlv"; "early" sends them before the answer; "" none
//   {"do":"deliver", …}                        a deliver_sm with these fields ("hex" is the short_message as it is)
//   {"do":"enquire"} {"do":"mute"} {"do":"unbind"} {"do":"drop"} {"do":"raw","hex":"…"}
'use strict';
const smpp = require('smpp');
const readline = require('readline');

const say = (o) => process.stdout.write(JSON.stringify(o) + '\n');
const state = {status: 0, times: 0, silent: 0, id: 'plain', receipt: 'plain', by: '', mute: false, next: 0xABCDE0};
const sessions = new Set();

const written = (n, how) => how === 'hex' ? n.toString(16).toUpperCase().padStart(10, '0') : how === 'decimal' ? n.toString(10) : 'M-' + n;

function receive(session, pdu) {
	const body = pdu.short_message;
	const udh = body.udh ? Buffer.concat(body.udh).toString('hex') : '';
	say({got: 'submit_sm', to: pdu.destination_addr, ton: pdu.dest_addr_ton, npi: pdu.dest_addr_npi, from: pdu.source_addr, coding: pdu.data_coding,
		esm: pdu.esm_class, registered: pdu.registered_delivery, validity: pdu.validity_period, udh: udh, text: body.message});
	if (state.silent > 0) {
		state.silent--;
		return;
	}
	if (state.times > 0) {
		state.times--;
		session.send(pdu.response({command_status: state.status}));
		return;
	}
	const n = ++state.next;
	const answer = () => session.send(pdu.response({message_id: written(n, state.id)}));
	const receipt = () => {
		const bad = pdu.destination_addr.endsWith('9');
		const common = {source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4, data_coding: 0};
		if (state.by === 'tlv') {
			session.deliver_sm(Object.assign(common, {receipted_message_id: written(n, state.receipt), message_state: bad ? 5 : 2, short_message: ''}),
				(a) => say({got: 'deliver_sm_resp', status: a.command_status}));
			return;
		}
		session.deliver_sm(Object.assign(common, {short_message: `id:${written(n, state.receipt)} sub:001 dlvrd:${bad ? '000' : '001'} ` +
			`submit date:2603010800 done date:2603010801 stat:${bad ? 'UNDELIV' : 'DELIVRD'} err:${bad ? '045' : '000'} text:id:0 stat:EXPIRED`}),
			(a) => say({got: 'deliver_sm_resp', status: a.command_status}));
	};
	if (state.by === 'early') {
		receipt();
		setTimeout(answer, 30);
		return;
	}
	answer();
	if (state.by) {
		receipt();
	}
}

const server = smpp.createServer((session) => {
	sessions.add(session);
	session.on('close', () => { sessions.delete(session); say({got: 'close'}); });
	session.on('error', (e) => say({got: 'error', error: String(e)}));
	session.on('bind_transceiver', (pdu) => {
		const ok = pdu.system_id === 'zhixing' && pdu.password === 'geheim12';
		session.send(pdu.response(ok ? {system_id: 'smsc'} : {command_status: smpp.ESME_RINVPASWD}));
		say({got: 'bind_transceiver', ok: ok, version: pdu.interface_version, type: pdu.system_type});
	});
	session.on('submit_sm', (pdu) => receive(session, pdu));
	session.on('enquire_link', (pdu) => {
		say({got: 'enquire_link'});
		if (!state.mute) {
			session.send(pdu.response());
		}
	});
	session.on('unbind', (pdu) => { say({got: 'unbind'}); session.send(pdu.response()); session.close(); });
});

server.listen(0, '127.0.0.1', () => say({got: 'listening', port: server.address().port}));

readline.createInterface({input: process.stdin}).on('line', (line) => {
	const o = JSON.parse(line);
	const what = o.do;
	delete o.do;
	const each = (f) => sessions.forEach(f);
	switch (what) {
	case 'answer': case 'names': case 'receipts': case 'mute':
		Object.assign(state, what === 'mute' ? {mute: true} : o);
		break;
	case 'silent':
		state.silent = o.times;
		break;
	case 'deliver':
		if (o.hex) {
			o.short_message = Buffer.from(o.hex, 'hex');
			delete o.hex;
		}
		each((s) => s.deliver_sm(o, (a) => say({got: 'deliver_sm_resp', status: a.command_status, id: a.command_id})));
		break;
	case 'enquire':
		each((s) => s.enquire_link((a) => say({got: 'enquire_link_resp', status: a.command_status})));
		break;
	case 'unbind':
		each((s) => s.unbind((a) => say({got: 'unbind_resp', status: a.command_status})));
		break;
	case 'drop':
		each((s) => s.destroy());
		break;
	case 'raw':
		each((s) => s.socket.write(Buffer.from(o.hex, 'hex')));
		break;
	}
	say({got: 'done', do: what});
}).on('close', () => process.exit(0));

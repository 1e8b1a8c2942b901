'use strict';
// Tells an open page of the officials' side that the ledger or a case has moved on. It never loads the page by itself.
(function () {
  const body = document.body, main = document.getElementById('main');
  let mark = body.dataset.seen;
  if (!mark || !window.EventSource || !main) return;
  // The page of one duty or case (or of a letter about it), or else a list of the ones, the others or both.
  const one = location.pathname.match(/^(\/(ledger|cases)\/(\d+)(\/letters\/\d+)?)(\/|$)/);
  const dutyList = /^\/(work|ledger|letters|screen|intake)$/.test(location.pathname);
  const caseList = /^\/(work|cases|letters)$/.test(location.pathname);
  let touched = !!main.querySelector('[role=alert]'); // a form that came back keeps what was typed
  main.addEventListener('input', () => { touched = true; if (bar) words(); });

  let source = null, wait = 0, timer = 0, bar = null;
  function connect() {
    clearTimeout(timer);
    if (source || document.hidden) return;
    source = new EventSource('/live?seen=' + encodeURIComponent(mark));
    source.addEventListener('open', () => { wait = 0; });
    source.addEventListener('change', e => {
      mark = e.lastEventId || mark;
      const news = JSON.parse(e.data);
      count(news.unread);
      if (concerns(news)) show();
    });
    source.addEventListener('out', close); // logged out: nothing more will come
    source.addEventListener('error', () => {
      if (!source || source.readyState !== EventSource.CLOSED) return; // the browser itself tries again
      close();
      wait = Math.min(300000, wait * 2 || 5000);
      timer = setTimeout(connect, wait * (0.75 + Math.random() / 2));
    });
  }
  function close() {
    if (source) source.close();
    source = null;
  }
  // Only the page that is looked at holds a line: a browser has six for one site.
  document.addEventListener('visibilitychange', () => { if (document.hidden) close(); else connect(); });
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', connect);
  window.addEventListener('online', connect);

  function count(n) {
    const link = document.querySelector('.menu a[href="/notices"]');
    if (link) link.textContent = n > 0 ? '消息（' + n + '）' : '消息';
  }

  function show() {
    if (bar) return;
    bar = document.createElement('div');
    bar.className = 'livebar noprint';
    bar.setAttribute('role', 'status');
    main.prepend(bar);
    words();
  }

  function words() {
    const link = document.createElement('a');
    link.href = address();
    bar.textContent = '';
    if (touched) {
      link.target = '_blank';
      link.textContent = '在新窗口看最新内容';
      bar.append('内容有更新。您填写的内容还没有提交，本页不刷新。', link);
      return;
    }
    link.textContent = '内容有更新，点此刷新';
    bar.append(link);
  }

  function concerns(news) {
    if (one) return (one[2] === 'cases' ? news.cases : news.duties).includes(Number(one[3]));
    return dutyList && news.duties.length > 0 || caseList && news.cases.length > 0;
  }

  // address is that of the page itself; a page that answered a form stands at the form's.
  function address() {
    if (one) return one[1];
    const q = new URLSearchParams(location.search);
    q.delete('done');
    return location.pathname + (q.toString() ? '?' + q : '');
  }

  connect();
})();

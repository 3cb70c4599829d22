import { describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY, fileOf } from './page-files.ts';

const root = '/opt/ddw-lab/dist/renderer';

describe('app://lab/', () => {
  it('serves the page and its parts', () => {
    expect(fileOf('app://lab/index.html', root)).toEqual({
      path: `${root}/index.html`,
      type: 'text/html; charset=utf-8',
    });
    expect(fileOf('app://lab/assets/index-1.js?x=1#y', root)?.path).toBe(`${root}/assets/index-1.js`);
  });

  it.each([
    'app://lab/../main.cjs',
    'app://lab/..%2fpreload.cjs',
    'app://lab/assets/..%2f..%2f..%2fsecret.json',
    'app://lab/%2e%2e%2f%2e%2e%2fpackage.json',
    'app://elsewhere/index.html',
    'app://lab/',
    'app://lab/etc/passwd',
    'app://lab/%E0%A4%A',
  ])('serves nothing for %s', (url) => expect(fileOf(url, root)).toBeUndefined());

  it('allows scripts from itself alone and no connection', () => {
    expect(CONTENT_SECURITY_POLICY).toContain("script-src 'self';");
    expect(CONTENT_SECURITY_POLICY).toContain("connect-src 'none'");
    expect(CONTENT_SECURITY_POLICY).not.toContain('unsafe-eval');
  });
});

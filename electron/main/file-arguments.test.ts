import { expect, it } from 'vitest';
import { filesIn } from './file-arguments.ts';

it.each([
  [
    ['electron', '--inspect=0', '-r', 'loader.js', '/opt/lab', 'a.ddwrun', '--flag', '/b.ddwrun'],
    '/opt/lab',
    ['/home/ada/a.ddwrun', '/b.ddwrun'],
  ],
  [['electron', '/opt/lab'], '/opt/lab', []],
  [['electron', '../../opt/lab', 'a.ddwrun'], '/opt/lab', ['/home/ada/a.ddwrun']],
  [['electron', 'elsewhere', 'a.ddwrun'], '/opt/lab', []],
  [['ddw-lab', '--no-sandbox', 'a.ddwrun'], undefined, ['/home/ada/a.ddwrun']],
])('%j', (argv, appPath, files) => {
  expect(filesIn(argv, '/home/ada', appPath)).toEqual(files);
});

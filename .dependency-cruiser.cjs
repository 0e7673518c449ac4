// Who may import whom. ARCHITECTURE.md draws the same arrows.

/** `test` is none of them: who may import tests is one rule of its own. */
const folders = ['core', 'recovery', 'signaling', 'client', 'web', 'reencoder', 'ops'];
const inFolders = (names) => `^(${names.join('|')})/`;
const allBut = (names) => inFolders(folders.filter((name) => !names.includes(name)));

/** Product folders without the tests that stand beside the code. */
const TESTS = '\\.test\\.(ts|tsx|mjs)$';

const arrow = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const package_ = (name) => `(^|/)node_modules/${name}/`;

module.exports = {
  forbidden: [
    arrow(
      'no-cycles',
      'Modules that import each other are one module in several files. Types may refer to each other.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    arrow('no-missing', 'An import must lead somewhere.', {}, { couldNotResolve: true }),
    arrow(
      'room-is-pure',
      'core/room imports nothing but itself: no clock, no ids, no I/O.',
      { path: '^core/room/', pathNot: TESTS },
      { pathNot: '^core/room/' },
    ),
    arrow(
      'view-is-pure',
      'core/view imports nothing but itself and the types of the room.',
      { path: '^core/view/', pathNot: TESTS },
      { pathNot: '^core/(view|room)/' },
    ),
    arrow('core-is-the-heart', 'core imports no other folder.', { path: '^core/' }, { path: allBut(['core']) }),
    arrow(
      'recovery-knows-core',
      'recovery imports core alone.',
      { path: '^recovery/' },
      { path: allBut(['recovery', 'core']) },
    ),
    arrow(
      'signaling-knows-core',
      'signaling imports core alone.',
      { path: '^signaling/' },
      { path: allBut(['signaling', 'core']) },
    ),
    arrow(
      'reencoder-knows-core',
      'reencoder imports core alone.',
      { path: '^reencoder/' },
      { path: allBut(['reencoder', 'core']) },
    ),
    arrow(
      'protocol-stands-alone',
      'The client ships the protocol, so the protocol imports nothing else of the server than the types of the room.',
      { path: '^signaling/protocol/', pathNot: TESTS },
      { path: inFolders(folders), pathNot: '^(signaling/protocol|core/room)/' },
    ),
    arrow(
      'client-knows-protocol',
      'client imports the protocol and nothing else of ours.',
      { path: '^client/' },
      { path: inFolders(folders), pathNot: '^(client|signaling/protocol)/' },
    ),
    arrow(
      'web-knows-client',
      'web imports client and nothing else of ours.',
      { path: '^web/' },
      { path: allBut(['web', 'client']) },
    ),
    arrow(
      'nothing-imports-ops',
      'ops is the composition root: nothing but tests imports it.',
      { path: allBut(['ops']) },
      { path: '^ops/' },
    ),
    arrow(
      'nothing-imports-tests',
      'Nothing imports tests but tests.',
      { path: inFolders(folders), pathNot: `^test/|${TESTS}` },
      { path: `^test/|${TESTS}` },
    ),
    arrow(
      'only-media-knows-mediasoup',
      'Only core/media imports mediasoup.',
      { path: inFolders(folders), pathNot: `^(core/media|ops)/|${TESTS}` },
      { path: package_('mediasoup') },
    ),
    arrow(
      'only-recovery-knows-redis',
      'Only recovery imports ioredis.',
      { path: inFolders(folders), pathNot: `^(recovery|ops)/|${TESTS}` },
      { path: package_('ioredis') },
    ),
    arrow(
      'only-recovery-knows-the-queue',
      'Only recovery imports bullmq.',
      { path: inFolders(folders), pathNot: `^(recovery|ops)/|${TESTS}` },
      { path: package_('bullmq') },
    ),
    arrow(
      'only-signaling-knows-sockets',
      'Only signaling imports socket.io and uWebSockets.js.',
      { path: inFolders(folders), pathNot: `^(signaling|ops)/|${TESTS}` },
      { path: package_('(socket\\.io|uWebSockets\\.js)') },
    ),
    arrow(
      'declared-packages-only',
      'A package that is imported stands in package.json.',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    arrow(
      'product-needs-no-dev-package',
      'What runs in production does not import a development dependency.',
      { path: '^(core|recovery|signaling|reencoder)/', pathNot: TESTS },
      { dependencyTypes: ['npm-dev'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data|coverage)/' },
    // TypeScript 7 has no interface that this tool could parse with.
    parser: 'swc',
    // Imports that only carry types are arrows too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

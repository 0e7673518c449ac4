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
      'Modules that import each other are one module in several files, also where only types are imported.',
      {},
      { circular: true },
    ),
    // The build of the page follows `?url`, and fails where there is nothing.
    arrow('no-missing', 'An import must lead somewhere.', {}, { couldNotResolve: true, pathNot: '[?]url$' }),
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
      'only-recovery-knows-tus',
      'Only recovery/files imports the tus server and what stores files.',
      { path: inFolders(folders), pathNot: `^recovery/files/|${TESTS}` },
      { path: package_('(@tus|@aws-sdk)') },
    ),
    arrow(
      'only-sign-in-knows-openid',
      'Only signaling/signin imports the client of OpenID Connect.',
      { path: inFolders(folders), pathNot: `^signaling/signin/|${TESTS}` },
      { path: package_('openid-client') },
    ),
    arrow(
      'codecs-know-frames',
      'reencoder/codecs knows codecs and containers, and nothing of RTP, engines and tracks.',
      { path: '^reencoder/codecs/', pathNot: TESTS },
      { path: '^reencoder/', pathNot: '^reencoder/(codecs/|frames\\.ts$)' },
    ),
    arrow(
      'protocol-stands-alone',
      'The client ships the protocol, so the protocol imports nothing else of the server than the types of the room.',
      { path: '^signaling/protocol/', pathNot: TESTS },
      { path: inFolders(folders), pathNot: '^(signaling/protocol|core/room)/' },
    ),
    arrow(
      'client-knows-protocol',
      'client imports the protocol, the pure room that it evolves, and nothing else of ours.',
      { path: '^client/', pathNot: TESTS },
      { path: inFolders(folders), pathNot: '^(client|signaling/protocol|core/room)/' },
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
      'run-stands-alone',
      'What runs in production imports neither set-up, drills, benchmarks nor what these share.',
      { path: '^ops/run/' },
      { path: '^ops/(setup|drills|bench|kit|cli)/' },
    ),
    arrow(
      'setup-stands-alone',
      'Set-up runs before anything is installed: it imports nothing else of ours.',
      { path: '^ops/setup/' },
      { path: '^(core|recovery|signaling|client|web|reencoder|test)/|^ops/(run|drills|bench|kit|cli)/' },
    ),
    arrow(
      'kit-is-shared',
      'What drills, benchmarks and tests share imports none of them.',
      { path: '^ops/kit/' },
      { path: '^ops/(setup|drills|bench|cli)/' },
    ),
    arrow(
      'drills-know-no-benchmarks',
      'Drills and benchmarks share ops/kit and do not import each other.',
      { path: '^ops/drills/' },
      { path: '^ops/bench/' },
    ),
    arrow(
      'benchmarks-know-no-drills',
      'Drills and benchmarks share ops/kit and do not import each other.',
      { path: '^ops/bench/' },
      { path: '^ops/drills/' },
    ),
    arrow(
      'web-lib-is-the-ground',
      'What model, screens and parts of the page share imports none of them.',
      { path: '^web/lib/', pathNot: TESTS },
      { path: '^web/', pathNot: '^web/(lib|i18n)/' },
    ),
    arrow(
      'web-texts-stand-alone',
      'Texts and languages know nothing else of the page.',
      { path: '^web/i18n/', pathNot: TESTS },
      { path: '^web/', pathNot: '^web/i18n/' },
    ),
    arrow(
      'web-model-has-no-screens',
      'The model of the page works without its screens.',
      { path: '^web/model/', pathNot: TESTS },
      { path: '^web/', pathNot: '^web/(model|lib|i18n)/' },
    ),
    arrow(
      'web-parts-have-no-screens',
      'Buttons, fields and menus know no screen, no model and no client.',
      { path: '^web/ui/', pathNot: TESTS },
      { path: '^(web|client)/', pathNot: '^web/(ui|lib|i18n)/' },
    ),
    arrow(
      'web-screens-know-the-model',
      'Screens know the client through the model alone.',
      { path: '^web/screens/', pathNot: TESTS },
      { path: '^(web|client)/', pathNot: '^web/(screens|model|ui|lib|i18n)/' },
    ),
    arrow(
      'web-needs-no-gallery',
      'The gallery shows every screen without a server; the page does not know it.',
      { path: '^web/', pathNot: '^web/gallery/' },
      { path: '^web/gallery/' },
    ),
    arrow(
      'web-has-no-circles',
      'No modules of the page import each other, not even for a type.',
      { path: '^web/' },
      { circular: true },
    ),
    {
      ...arrow(
        'web-folders-have-no-circles',
        'No folders of the page import each other.',
        { path: '^web/' },
        { circular: true },
      ),
      scope: 'folder',
    },
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
    exclude: { path: '^(dist|data|coverage)/|^(client|web)/(dist|node_modules)/' },
    // TypeScript 7 has no interface that this tool could parse with.
    parser: 'swc',
    // Imports that only carry types are arrows too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

'use strict';

// What applications of the older SDK ask of a CA; prints what came of it as JSON.
const FabricCAServices = require('fabric-ca-client');
const { User, Utils } = require('fabric-common');

async function asUser(name, mspId, enrollment) {
  const user = new User(name);
  user.setCryptoSuite(Utils.newCryptoSuite());
  await user.setEnrollment(enrollment.key, enrollment.certificate, mspId);
  return user;
}

async function main() {
  const tls = { trustedRoots: [require('fs').readFileSync(process.env.CA_ROOT, 'utf8')], verify: true };
  const ca = new FabricCAServices(process.env.CA_URL, tls, 'ca-org1');
  const enrolled = await ca.enroll({ enrollmentID: 'admin', enrollmentSecret: 'adminpw' });
  const admin = await asUser('admin', 'Org1MSP', enrolled);
  const secret = await ca.register(
    { enrollmentID: 'appUser', affiliation: 'org1.department1', role: 'client', attrs: [{ name: 'color', value: 'blue', ecert: true }] },
    admin);
  const user = await ca.enroll({ enrollmentID: 'appUser', enrollmentSecret: secret });
  const again = await ca.reenroll(await asUser('appUser', 'Org1MSP', user));
  const identities = ca.newIdentityService();
  const one = await identities.getOne('appUser', admin);
  await identities.update('appUser', { type: 'client', affiliation: 'org2', attrs: [{ name: 'color', value: '' }] }, admin);
  const all = await identities.getAll(admin);
  const affiliations = ca.newAffiliationService();
  await affiliations.create({ name: 'org7.a', force: true }, admin);
  const tree = await affiliations.getOne('org7', admin);
  const certificates = await ca.newCertificateService().getCertificates({ id: 'appUser' }, admin);
  const revoked = await ca.revoke({ enrollmentID: 'appUser', reason: 'keycompromise' }, admin);
  const list = await ca.generateCRL({}, admin);
  let refusal = '';
  try {
    await ca.enroll({ enrollmentID: 'appUser', enrollmentSecret: secret });
  } catch (error) {
    refusal = error.message;
  }
  console.log(JSON.stringify({
    certificate: again.certificate,
    root: user.rootCertificate,
    attributes: one.result.attrs.map((each) => each.name).sort(),
    identities: all.result.identities.map((each) => each.id + ' ' + each.affiliation),
    affiliation: tree.result.affiliations[0].name,
    certificates: certificates.result.certs.length,
    revoked: revoked.result.RevokedCerts.length,
    list: Buffer.from(list, 'base64').toString(),
    refusal,
  }));
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
